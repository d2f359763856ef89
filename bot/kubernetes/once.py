"""Sent at most once: the HTTP library's own repetition, switched off for everything that changes something."""

from __future__ import annotations

from typing import final

import aiohttp


@final
class Once:
    """For one request: aiohttp sends PUT and DELETE again by itself when the connection is lost, and must not.

    `sent` tells whether the request was handed to a connection.
    """

    def __init__(self) -> None:
        self.sent = False

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if self.sent:
            raise aiohttp.ServerDisconnectedError
        self.sent = True
        return await handler(request)
