"""Velero's files of a backup or restore: asked for by a DownloadRequest, fetched from the object store, unpacked.

The one probe that makes an object (plans.md §6). It is made as the person, labelled, and deleted after use. The address
that comes back is a bearer secret: it is not logged, stored, posted, or part of an error. Nor is it trusted, for the
DownloadRequest has no status subresource, so that whoever may patch one chooses it (`bot.kubernetes.store_addresses`).
"""

from __future__ import annotations

import zlib
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from bot.errors import KajitoriError, NotFound, Refused, Unavailable
from bot.kubernetes.cluster import Client
from bot.kubernetes.connector import Connector
from bot.kubernetes.names import collection_path, object_path, title_of
from bot.kubernetes.store_addresses import GuardedResolver, check_address
from bot.operations.json import Object
from bot.operations.models import Lean, Meta
from bot.operations.reader import Artifact
from bot.operations.velero.kinds import BACKUP, DOWNLOAD, LOCATION, RESTORE
from bot.operations.velero.models import Backup, Location, Restore
from bot.text import Code, text

PROBE: Final = "kajitori.dev/probe"
"""The label of what a probe made and deletes again."""
PATIENCE: Final = 30.0
"""Seconds for the server to sign an address; Velero's own CLI waits a minute, a person in a chat does not."""
LOOK: Final = 0.2
FETCH: Final = 20.0
MOST_PACKED: Final = 8 * 1024 * 1024
MOST: Final = 32 * 1024 * 1024
"""Bytes that are read of a file, packed and unpacked."""
PIECE: Final = 64 * 1024
GZIP: Final = b"\x1f\x8b"
OF_RESTORES: Final = frozenset({Artifact.RESTORE_LOG, Artifact.RESTORE_RESULTS})


class _Wanted(Lean, frozen=True, kw_only=True):
    kind: str = ""
    name: str = ""


class _Spec(Lean, frozen=True, kw_only=True):
    target: _Wanted = _Wanted()


class _Status(Lean, frozen=True, kw_only=True):
    phase: str = ""
    download_url: str = msgspec.field(default="", name="downloadURL")


class _Download(Lean, frozen=True, kw_only=True):
    metadata: Meta = Meta()
    spec: _Spec = _Spec()
    status: _Status = _Status()


async def fetch_artifact(
    client: Client, wanted: Artifact, name: str, namespace: str, *, stores: tuple[str, ...]
) -> bytes:
    """The file, unpacked. `stores` are addresses that may be private (`ClusterConfig.object_stores`).

    Raises `NotFound`, `Refused`, `Unavailable`; none of them holds the address.
    """
    location = await _location(client, wanted, name, namespace)
    made = await _make(client, wanted, name, namespace)
    try:
        signed = await _signed(client, made, wanted, name)
        address = check_address(signed, location, stores)
    finally:
        await _delete(client, made)
    return unpacked(await _get(address, stores))


def request_body(wanted: Artifact, name: str, token: str) -> Object:
    """As the velero CLI v1.18 makes it, with our label."""
    return {
        "kind": DOWNLOAD.kind,
        "apiVersion": f"{DOWNLOAD.group}/{DOWNLOAD.version}",
        "metadata": {"name": f"{name[:200]}-{token}", "labels": {PROBE: "true"}},
        "spec": {"target": {"kind": wanted.value, "name": name}},
    }


def unpacked(content: bytes) -> bytes:
    """The content, gunzipped where it is packed. Raises `Refused` beyond `MOST` bytes or for what is cut off."""
    if not content.startswith(GZIP):
        return content
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(content, MOST)
    except zlib.error as error:
        raise Refused(
            text("What the object store gave is damaged."),
            next=text("Look at it with the velero command in a terminal."),
        ) from error
    if unpacking.unconsumed_tail:
        raise _too_large()
    if not unpacking.eof:
        raise Refused(
            text("What the object store gave is cut off."),
            next=text("Look at it with the velero command in a terminal."),
        )
    return found


async def _location(client: Client, wanted: Artifact, name: str, namespace: str) -> Location:
    backup = name
    if wanted in OF_RESTORES:
        backup = (await client.get(RESTORE, name, namespace, Restore)).spec.backup_name
    found = await client.get(BACKUP, backup, namespace, Backup)
    return await client.get(LOCATION, found.spec.storage_location or "default", namespace, Location)


async def _make(client: Client, wanted: Artifact, name: str, namespace: str) -> _Download:
    body = request_body(wanted, name, client.cluster.tokens.hex(8))
    response = await client.request(
        "POST",
        collection_path(DOWNLOAD, namespace),
        query={"fieldManager": "kajitori-probe"},
        body=msgspec.json.encode(body),
        title=title_of(DOWNLOAD, namespace),
    )
    return msgspec.json.decode(response.body, type=_Download)


async def _signed(client: Client, made: _Download, wanted: Artifact, name: str) -> str:
    """The address, once the server has signed it for exactly what was asked."""
    clock = client.cluster.clock
    ends = clock.monotonic() + PATIENCE
    while True:
        found = await client.get(DOWNLOAD, made.metadata.name, made.metadata.namespace, _Download)
        target = found.spec.target
        if found.metadata.uid != made.metadata.uid or (target.kind, target.name) != (wanted.value, name):
            raise Refused(
                text("Somebody changed the DownloadRequest for this file, so I do not fetch it."),
                next=text("Ask again; if it happens again, ask who may write DownloadRequests there."),
            )
        if found.status.download_url:
            return found.status.download_url
        if clock.monotonic() >= ends:
            raise Unavailable(
                text("The Velero server did not answer within {seconds} s.", seconds=int(PATIENCE)),
                why=text("It signs the address of each file."),
                next=text("See whether its pod runs: {command}.", command=Code("get pods -n velero")),
            )
        await clock.sleep(LOOK)


async def _delete(client: Client, made: _Download) -> None:
    """After use. Who may not delete it leaves it to Velero, which does so after ten minutes."""
    body = {"preconditions": {"uid": made.metadata.uid}}
    path = object_path(DOWNLOAD, made.metadata.namespace, made.metadata.name)
    try:
        await client.request("DELETE", path, body=msgspec.json.encode(body), title=DOWNLOAD.qualified)
    except KajitoriError:
        return


async def _get(address: URL, stores: tuple[str, ...]) -> bytes:
    """The bytes at an address that was checked. Errors of the HTTP library quote it, so none is handed on."""
    connector = Connector(resolver=GuardedResolver(stores), limit=1, force_close=True)
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=FETCH),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            ) as session,
            session.get(address, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            _check_status(answer.status)
            found = bytearray()
            async for piece in answer.content.iter_chunked(PIECE):
                found += piece
                if len(found) > MOST_PACKED:
                    raise _too_large()
            return bytes(found)
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise Unavailable(
            text("The object store does not answer."),
            next=text("Check that this bot can reach it, or look with the velero command in a terminal."),
        ) from None


def _check_status(status: int) -> None:
    if status == 404:
        raise NotFound(
            text("There is no such file in the object store (yet)."),
            next=text("Look again when Velero has ended its work."),
        )
    if 300 <= status < 400:
        raise Refused(
            text("The object store sends on to another address, which I do not follow."),
            next=text("Whoever runs Velero can correct it."),
        )
    if status != 200:
        raise Unavailable(
            text("The object store answers {status}.", status=status), next=text("Try again in a moment.")
        )


def _too_large() -> Refused:
    return Refused(
        text("The file is larger than I read."),
        why=text("I read at most {count} MB, unpacked.", count=MOST // (1024 * 1024)),
        next=text("Look at it with the velero command in a terminal."),
    )
