"""How to reach one cluster, and with which credentials: the address is fixed, the credentials are renewed in time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from bot.clock import Clock

EARLY = timedelta(seconds=60)
"""Credentials are renewed this long before they end (the EKS token lasts 15 minutes)."""

SELDOM = timedelta(seconds=5)
"""Never more often than this, whatever their end: renewing may start a process."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Headers and TLS settings that hold until `expires` (None: as long as they are accepted)."""

    headers: Mapping[str, str]
    ssl: ssl.SSLContext | bool = True
    expires: datetime | None = None

    def __repr__(self) -> str:
        return f"Credentials(expires={self.expires!r})"


@final
class Connection:
    """One cluster's address and its credentials, loaded by `load`, which may block and runs in a thread.

    `server_name` is the name in the certificate where it is not the address'; `proxy` only what the kubeconfig says.
    `load` raises `bot.errors` kinds; they reach every request that needed the credentials.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        load: Callable[[], Credentials],
        clock: Clock,
        server_name: str | None = None,
        proxy: str | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.server_name = server_name
        self.proxy = proxy
        self._load = load
        self._clock = clock
        self._held: Credentials | None = None
        self._loaded = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._loading: asyncio.Task[Credentials] | None = None

    async def credentials(self) -> Credentials:
        """What holds now. Those who ask at once wait for the same renewal; a cancelled one does not stop it."""
        if self._held is not None and not self._is_due(self._held):
            return self._held
        if self._loading is None:
            self._loading = asyncio.create_task(self._renew(), name=f"credentials of {self.name}")
            self._loading.add_done_callback(self._loaded_now)
        return await asyncio.shield(self._loading)

    async def headers(self) -> Mapping[str, str]:
        """The headers that hold now."""
        return (await self.credentials()).headers

    def forget(self) -> None:
        """They were not accepted: load them again at the next request, but not within `SELDOM`."""
        if self._held is not None and self._clock.now() - self._loaded >= SELDOM:
            self._held = None

    def _is_due(self, held: Credentials) -> bool:
        if held.expires is None:
            return False
        now = self._clock.now()
        return now >= held.expires - EARLY and now - self._loaded >= SELDOM

    async def _renew(self) -> Credentials:
        held = await asyncio.to_thread(self._load)
        self._held, self._loaded = held, self._clock.now()
        return held

    def _loaded_now(self, task: asyncio.Task[Credentials]) -> None:
        self._loading = None
        if not task.cancelled():
            task.exception()  # it reaches those who wait; when nobody does, it is not an error of the loop


def fixed_connection(name: str, base_url: str, *, clock: Clock, token: str = "") -> Connection:
    """A connection whose credentials never change: the playground's cluster, a test's, a port-forward."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Connection(name=name, base_url=base_url, load=lambda: Credentials(headers=headers), clock=clock)
