"""One HTTP session for one cluster: deadlines, limits, impersonation headers, typed errors. Nothing is sent twice.

A session for each cluster, with its own limit of concurrent requests, so that a slow cluster delays only itself.
Redirects are not followed and proxies of the environment not used: credentials go to the configured address only.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, final

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from bot.clock import Clock
from bot.errors import Bug, Unavailable
from bot.kubernetes.connection import Connection, Credentials
from bot.kubernetes.connector import Connector
from bot.kubernetes.errors import ClusterUnavailable, Unauthorized, failure, unreachable
from bot.kubernetes.identity import Impersonation
from bot.kubernetes.lines import LineCutter, TooLong
from bot.kubernetes.once import Once
from bot.kubernetes.responses import Response
from bot.kubernetes.statuses import parse_status
from bot.kubernetes.warning_headers import parse_warnings
from bot.text import Text, text

MEGABYTE: Final = 1024 * 1024
READS: Final = frozenset({"GET"})
NO_QUERY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One request, ready but for the credentials."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: CIMultiDict[str]
    title: str
    body: bytes | None = None


@final
class Transport:
    """Owns the session; use it with `async with`. Times are in seconds, sizes in bytes; `title` is what people call it.

    All methods raise `bot.kubernetes.errors` kinds. A `ClusterUnavailable` whose `sent` is false left nothing behind.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        timeout: float = 10.0,
        agent: str = "kajitori/0.1",
        concurrent: int = 32,
        largest: int = 64 * MEGABYTE,
        longest_line: int = 16 * MEGABYTE,
        title: str = "",
    ) -> None:
        self.title = title or connection.name
        self.connection = connection
        self.clock = clock
        self.timeout = timeout
        self._agent = agent
        self._places = asyncio.Semaphore(concurrent)
        self._largest = largest
        self._longest_line = longest_line
        self._session: aiohttp.ClientSession | None = None

    @property
    def cluster(self) -> str:
        return self.connection.name

    async def __aenter__(self) -> Self:
        # Requests are limited by `_places`; watches and logs stay open for long and must not use those places up.
        self._session = aiohttp.ClientSession(
            connector=Connector(limit=0, ttl_dns_cache=30),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            read_bufsize=MEGABYTE,
            max_field_size=64 * 1024,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            if self._session.connector is not None:
                # Nobody is left to say goodbye to: a TLS shutdown that is begun and not awaited leaves sockets open.
                await self._session.connector.close(abort_ssl=True)
            await self._session.close()
            self._session = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = NO_QUERY,
        body: bytes | None = None,
        content_type: str = "",
        as_: Impersonation | None = None,
        audit_id: str = "",
        timeout: float | None = None,
        title: str = "",
    ) -> Response:
        """One request, sent at most once, and its whole answer. `timeout` covers waiting for a place, too.

        `title` is what errors call the target (the path, where there is none).
        """
        headers = self._headers(as_, audit_id=audit_id, content_type=content_type if body is not None else "")
        asked = _Asked(method=method, path=path, query=query, headers=headers, title=title or path, body=body)
        once = Once()
        seconds = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(seconds), self._places, self._answer(asked, once) as answer:
                content = await self._whole(asked, answer, self._largest)
        except TimeoutError as error:
            why = text("There was no answer within {seconds} s.", seconds=_number(seconds))
            raise self._unreachable(asked, why, sent=once.sent) from error
        return Response(
            status=answer.status,
            body=content,
            warnings=parse_warnings(answer.headers.getall("Warning", ())),
            headers=answer.headers,
        )

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        query: Mapping[str, str] = NO_QUERY,
        as_: Impersonation | None = None,
        idle: float | None = None,
        overall: float | None = None,
        partial: bool = False,
        title: str = "",
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """A GET whose answer is read line by line while it comes.

        `idle` is the longest silence, `overall` the longest time in all; either ends in `ClusterUnavailable`.
        `partial`: whether a last line without its newline is given (a log's end) or dropped (a watch that was cut).
        """
        asked = _Asked(method="GET", path=path, query=query, headers=self._headers(as_), title=title or path)
        loop = asyncio.get_running_loop()
        ends = None if overall is None else loop.time() + overall
        try:
            async with asyncio.timeout(self.timeout) as opening, self._answer(asked, Once()) as answer:
                opening.reschedule(None)
                yield self._lines(asked, answer, idle=idle, ends=ends, partial=partial)
        except TimeoutError as error:
            if not opening.expired():
                raise
            raise self._unreachable(asked, text("There was no answer in time."), sent=True) from error

    async def _lines(
        self, asked: _Asked, answer: aiohttp.ClientResponse, *, idle: float | None, ends: float | None, partial: bool
    ) -> AsyncIterator[bytes]:
        cutter = LineCutter(self._longest_line)
        loop = asyncio.get_running_loop()
        while True:
            quiet = None if idle is None else loop.time() + idle
            until = min((moment for moment in (quiet, ends) if moment is not None), default=None)
            try:
                async with asyncio.timeout_at(until):
                    chunk = await answer.content.readany()
                lines = cutter.feed(chunk)
            except TimeoutError as error:
                raise self._unreachable(asked, text("Nothing more came in time."), sent=True) from error
            except aiohttp.ClientError as error:
                raise self._unreachable(asked, text("The connection was cut."), sent=True) from error
            except TooLong as error:
                raise self._unreachable(asked, text("A line of the answer is too long."), sent=True) from error
            for line in lines:
                yield line
            if not chunk:
                break
        if partial and cutter.rest:
            yield cutter.rest

    @asynccontextmanager
    async def _answer(self, asked: _Asked, once: Once) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send, and give the answer if it is a success; a failure is raised as its own kind."""
        credentials = await self._credentials(asked)
        try:
            response = await self._send(asked, once, credentials)
        except aiohttp.ClientConnectorError as error:
            raise self._unreachable(asked, _why_no_connection(error), sent=False) from error
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            raise self._unreachable(asked, text("No connection could be made."), sent=False) from error
        except (aiohttp.InvalidURL, ValueError) as error:
            raise Bug(text("{path} cannot be requested.", path=ascii(asked.title))) from error
        except aiohttp.ClientError as error:
            raise self._unreachable(asked, text("The connection was cut."), sent=True) from error
        async with response:
            if not 200 <= response.status < 300:
                await self._fail(asked, response)
            yield response

    async def _send(self, asked: _Asked, once: Once, credentials: Credentials) -> aiohttp.ClientResponse:
        if self._session is None:
            raise Bug(text("The transport to {cluster} is not open.", cluster=self.cluster))
        headers = asked.headers.copy()
        headers.update(credentials.headers)
        url = URL(self.connection.base_url + asked.path, encoded=True)
        return await self._session.request(
            asked.method,
            url.with_query(dict(asked.query)) if asked.query else url,
            data=asked.body,
            headers=headers,
            allow_redirects=False,
            ssl=credentials.ssl,
            server_hostname=self.connection.server_name,
            proxy=self.connection.proxy,
            middlewares=() if asked.method in READS else (once,),
        )

    async def _credentials(self, asked: _Asked) -> Credentials:
        try:
            return await self.connection.credentials()
        except Unauthorized:
            raise
        except Unavailable as error:
            raise self._unreachable(asked, error.what, sent=False) from error

    async def _whole(self, asked: _Asked, answer: aiohttp.ClientResponse, largest: int) -> bytes:
        """The whole body, up to the limit; what is too large is not read to its end."""
        parts: list[bytes] = []
        size = answer.content_length or 0
        try:
            if size <= largest:
                size = 0
                async for part in answer.content.iter_any():
                    size += len(part)
                    if size > largest:
                        break
                    parts.append(part)
        except aiohttp.ClientError as error:
            raise self._unreachable(asked, text("The answer was cut off."), sent=True) from error
        if size > largest:
            why = text("The answer is larger than {size} kB.", size=largest // 1024)
            raise self._unreachable(asked, why, sent=True)
        return b"".join(parts)

    async def _fail(self, asked: _Asked, response: aiohttp.ClientResponse) -> None:
        status = parse_status(response.status, await self._whole(asked, response, MEGABYTE))
        wait = response.headers.get("Retry-After", "")
        if response.status == 401:
            self.connection.forget()
        raise failure(
            status,
            cluster=self.title,
            target=asked.title,
            retry_after=min(float(wait), 3600.0) if wait.isascii() and wait.isdecimal() else 0.0,
        )

    def _headers(self, as_: Impersonation | None, *, audit_id: str = "", content_type: str = "") -> CIMultiDict[str]:
        # Uncompressed: packing costs the API server more than the wire costs within a region.
        headers = CIMultiDict({"User-Agent": self._agent, "Accept": "application/json", "Accept-Encoding": "identity"})
        if as_ is not None:
            headers.extend(as_.headers())
        if audit_id:
            headers["Audit-ID"] = audit_id
        if content_type:
            headers["Content-Type"] = content_type
        return headers

    def _unreachable(self, asked: _Asked, why: Text, *, sent: bool) -> ClusterUnavailable:
        return unreachable(self.title, target=asked.title, why=why, sent=sent)


def _why_no_connection(error: aiohttp.ClientConnectorError) -> Text:
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return text("Its certificate is not the expected one, or the TLS handshake failed.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return text("Its name is not known to the DNS.")
    return text("No connection could be made.")


def _number(seconds: float) -> int | float:
    return int(seconds) if seconds == int(seconds) else seconds
