"""Connections that end at once when they are of no more use."""

from __future__ import annotations

from typing import final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey


@final
class Connector(aiohttp.TCPConnector):
    """Cuts the connection of a request that was given up, or of an answer that was not read to its end.

    aiohttp leaves it to asyncio, which says goodbye by TLS and waits half a minute for an answer: a server that hangs
    gives none, and what is still waiting when the loop ends is never closed.
    """

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        spent = should_close or protocol.should_close or self.force_close
        if spent:
            protocol.abort()
        super()._release(key, protocol, should_close=spent)
