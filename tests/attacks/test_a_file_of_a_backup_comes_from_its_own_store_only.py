"""Whoever may patch a DownloadRequest chooses the address in it: the bot follows only the storage location's own.

The address is a bearer secret, so that it is in no error either. The request is deleted however it ends.
"""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.errors import KajitoriError, NotFound, Refused, Unavailable
from bot.kubernetes import artifacts
from bot.kubernetes.artifacts import fetch_artifact, unpacked
from bot.kubernetes.cluster import Client, Cluster
from bot.kubernetes.configuration import kubeconfig_connection
from bot.kubernetes.store_addresses import GuardedResolver, check_address, is_public
from bot.kubernetes.transport import Transport
from bot.operations.reader import Artifact
from bot.operations.velero.models import Location, LocationSpec, Storage
from playground.cluster.server import SimulatedCluster

API: Final = "/apis/velero.io/v1/namespaces/velero"
LISTED: Final = ("127.0.0.1",)
Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def aws(**config: str) -> Location:
    spec = LocationSpec(provider="aws", object_storage=Storage(bucket="backups"), config=config or None)
    return Location(spec=spec)


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "https://169.254.169.254/backups/x",
        "https://[fd00:ec2::254]/backups/x",
        "https://[::ffff:169.254.169.254]/backups/x",
        "https://127.0.0.1/backups/x",
        "https://evil.example/backups/x",
        "https://s3.eu-central-1.amazonaws.com.evil.example/backups/x",
        "https://evil.example/s3.eu-central-1.amazonaws.com/backups/x",
        "https://s3.eu-central-1.amazonaws.com@evil.example/backups/x",
        "https://user:secret@s3.eu-central-1.amazonaws.com/backups/x",
        "https://s3.eu-central-1.amazonaws.com:8443/backups/x",
        "http://s3.eu-central-1.amazonaws.com/backups/x",
        "https://s3.eu-central-1.amazonaws.com/others/x",
        "https://s3.eu-central-1.amazonaws.com/backups/../others/x",
        "https://s3.eu-central-1.amazonaws.com/backups/%2e%2e/others/x",
        "https://s3.eu-central-1.amazonaws.com/backups/%2E./others/x",
        "https://s3.eu-central-1.amazonaws.com/backups/.%2e%2fothers/x",
        "https://s3.eu-central-1.amazonaws.com/backups/..%2Fothers/x",
        "https://s3.eu-central-1.amazonaws.com/backups/..%5cothers/x",
        "https://s3.eu-central-1.amazonaws.com/backups/..\\others/x",
        "https://others.s3.eu-central-1.amazonaws.com/backups",
        "https://xs3.eu-central-1.amazonaws.com/backups/x",
        "file:///etc/passwd",
        "https:///backups/x",
        "https://[/backups/x",
        "not an address",
        "",
    ],
)
def test_another_address_is_refused_and_not_quoted(address: str) -> None:
    with pytest.raises(Refused) as refused:
        check_address(address, aws(region="eu-central-1"), ())
    assert not address or address not in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://s3.eu-central-1.amazonaws.com/backups/b/x?X-Amz-Signature=1",
        "https://backups.s3.eu-central-1.amazonaws.com/b/x?X-Amz-Signature=1",
        "https://backups.s3.amazonaws.com/b/x",
        "https://backups.s3.dualstack.eu-central-1.amazonaws.com/b/x",
        "https://s3.cn-north-1.amazonaws.com.cn/backups/b/x",
    ],
)
def test_the_bucket_on_aws_is_followed(address: str) -> None:
    assert str(check_address(address, aws(region="eu-central-1"), ())) == address


def test_a_store_inside_of_the_network_is_followed_where_it_is_listed_only() -> None:
    location, signed = aws(s3Url="http://127.0.0.1:9000"), "http://127.0.0.1:9000/backups/x"
    for stores in (LISTED, ("127.0.0.1:9000",)):
        assert check_address(signed, location, stores).port == 9000
    for stores in ((), ("127.0.0.1:9001",), ("10.0.0.1",)):
        with pytest.raises(Refused):
            check_address(signed, location, stores)
    with pytest.raises(Refused):
        check_address("http://127.0.0.1:9001/backups/x", location, LISTED)


NUMERIC = [
    "2852039166",
    "127.1",
    "169.254.43518",
    "0x7f.1",
    "0x7f000001",
    "0xa9fea9fe",
    "169.254.0xa9fe",
    "0251.0376.0251.0376",
    "017700000001",
    "127.0.0.01",
    "127.0.0.1.",
    "2852039166.",
    "127.0.0.0x",
    "0",
    "\uff11\uff12\uff17.0.0.1",
    "[::1%25lo]",
]


@pytest.mark.parametrize("host", NUMERIC)
@pytest.mark.parametrize("stores", [(), ("127.1", "0x7f.1", "2852039166")], ids=["unlisted", "listed"])
def test_a_host_of_numbers_is_an_address_however_it_is_written(host: str, stores: tuple[str, ...]) -> None:
    """aiohttp asks no resolver for them, so that the guard of names never sees them."""
    with pytest.raises(Refused):
        check_address(f"https://{host}/backups/x", aws(s3Url=f"https://{host}"), stores)


@pytest.mark.parametrize("host", ["cafe.de", "minio", "s3.10.example", "0x7f.example", "8.8.8.8"])
def test_names_and_public_addresses_are_followed(host: str) -> None:
    assert check_address(f"https://{host}/backups/x", aws(s3Url=f"https://{host}"), ()).host == host


@pytest.mark.parametrize("wrong", ["https://[", "https://h:99999", "https://h:x", "https://[::1"])
@pytest.mark.parametrize("key", ["s3Url", "publicUrl"])
def test_a_location_whose_own_address_is_none_is_refused(key: str, wrong: str) -> None:
    with pytest.raises(Refused, match="cannot be read") as refused:
        check_address("https://s3.eu-central-1.amazonaws.com/backups/x", aws(**{key: wrong}), ())
    assert refused.value.next is not None


def test_what_is_listed_is_not_followed_for_another_location() -> None:
    with pytest.raises(Refused):
        check_address("http://127.0.0.1:9000/backups/x", aws(region="eu-central-1"), LISTED)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "::ffff:8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_private_ranges_are_not_public(address: str) -> None:
    assert not is_public(address)


async def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    for stores in ((), ("elsewhere",)):
        with pytest.raises(OSError, match="not a public address"):
            await GuardedResolver(stores).resolve("localhost", 443)
    assert await GuardedResolver(("localhost:443",)).resolve("localhost", 443)


def test_a_packed_file_that_would_fill_the_memory_is_refused() -> None:
    bomb = gzip.compress(b"\0" * (artifacts.MOST + 1))
    assert len(bomb) < artifacts.MOST_PACKED
    with pytest.raises(Refused, match="larger than I read"):
        unpacked(bomb)


@pytest.mark.parametrize("content", [gzip.compress(b"x" * 1000)[:-9], b"\x1f\x8b broken"], ids=["cut off", "broken"])
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        unpacked(content)


@asynccontextmanager
async def store(handler: Handler) -> AsyncIterator[str]:
    """Somebody's HTTP server; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Ground:
    """A cluster in which somebody else answers the DownloadRequests."""

    def __init__(self, cluster: SimulatedCluster, client: Client) -> None:
        self.cluster, self.client = cluster, client

    async def fetch(self, signed: str, *, s3: str) -> bytes:
        """The log of a backup, with `signed` as the address that the DownloadRequest gets."""
        self._prepare(s3)
        stop = self.cluster.store.listen(lambda change: self._answer(change, signed))
        try:
            return await fetch_artifact(self.client, Artifact.BACKUP_LOG, "nightly", "velero", stores=LISTED)
        finally:
            stop()
            assert self.cluster.admin.items(f"{API}/downloadrequests") == []

    def _prepare(self, s3: str) -> None:
        self.cluster.velero.running = False
        objects: list[Json] = [
            {
                "kind": "BackupStorageLocation",
                "spec": {"provider": "aws", "objectStorage": {"bucket": "backups"}, "config": {"s3Url": s3}},
                "metadata": {"name": "default", "namespace": "velero"},
            },
            {
                "kind": "Backup",
                "metadata": {"name": "nightly", "namespace": "velero"},
                "spec": {"storageLocation": "default"},
            },
        ]
        self.cluster.admin.apply([{"apiVersion": "velero.io/v1", **each} for each in objects])

    def _answer(self, change: Any, signed: str) -> None:
        found = change.after
        if found is None or found["kind"] != "DownloadRequest" or (found.get("status") or {}).get("downloadURL"):
            return
        path = f"{API}/downloadrequests/{found['metadata']['name']}"
        self.cluster.admin.merge(path, {"status": {"phase": "Processed", "downloadURL": signed}})


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    async with SimulatedCluster(seed=1, speed=50) as cluster:
        cluster.admin.create("/api/v1/namespaces", {"metadata": {"name": "velero"}})
        clock = SystemClock()
        connection = kubeconfig_connection("c", path=str(cluster.kubeconfig_for("admin", tmp_path)), clock=clock)
        async with Transport(connection, clock=clock) as transport:
            yield Ground(cluster, Cluster(name="c", transport=transport, clock=clock).as_(None))


async def test_the_storage_locations_own_file_is_given(ground: Ground) -> None:
    async def give(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        return web.Response(body=gzip.compress(b"level=info\n"))

    async with store(give) as s3:
        assert await ground.fetch(f"{s3}/backups/x?X-Amz-Signature=s", s3=s3) == b"level=info\n"


async def test_the_metadata_service_is_never_asked(ground: Ground) -> None:
    async def give(_: web.Request) -> web.Response:
        raise AssertionError("asked")

    async with store(give) as s3:
        with pytest.raises(Refused, match="not the storage location's"):
            await ground.fetch("http://169.254.169.254/latest/meta-data/", s3=s3)
        with pytest.raises(Refused, match="not the storage location's"):
            await ground.fetch(f"{s3}/others/x", s3=s3)


async def test_a_redirect_is_not_followed(ground: Ground) -> None:
    asked: list[str] = []

    async def send_on(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/backups/other"})

    async with store(send_on) as s3:
        with pytest.raises(Refused, match="sends on"):
            await ground.fetch(f"{s3}/backups/x", s3=s3)
    assert asked == ["/backups/x"]


async def test_an_endless_body_is_cut_off(ground: Ground) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(2 * artifacts.MOST_PACKED // artifacts.PIECE):
            await answer.write(b"\0" * artifacts.PIECE)
        return answer

    async with store(endless) as s3:
        with pytest.raises(Refused, match="larger than I read"):
            await ground.fetch(f"{s3}/backups/x", s3=s3)


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (403, Unavailable), (500, Unavailable)])
async def test_a_failure_does_not_tell_the_address(ground: Ground, status: int, kind: type[KajitoriError]) -> None:
    async def fail(_: web.Request) -> web.Response:
        return web.Response(status=status, text="X-Amz-Signature=s")

    async with store(fail) as s3:
        with pytest.raises(kind) as failed:
            await ground.fetch(f"{s3}/backups/x?X-Amz-Signature=s", s3=s3)
    told = "".join(map(str, (failed.value, failed.value.__cause__, failed.value.why, failed.value.next)))
    assert "Signature" not in told
    assert s3 not in told


async def test_a_store_that_is_gone_does_not_tell_the_address(ground: Ground) -> None:
    async def give(_: web.Request) -> web.Response:
        return web.Response()

    async with store(give) as s3:
        gone = s3
    with pytest.raises(Unavailable) as failed:
        await ground.fetch(f"{gone}/backups/x?X-Amz-Signature=s", s3=gone)
    assert failed.value.__cause__ is None
    assert gone not in str(failed.value)


async def test_a_request_that_somebody_changed_is_not_followed(ground: Ground) -> None:
    async def give(_: web.Request) -> web.Response:
        raise AssertionError("asked")

    async with store(give) as s3:

        def aim(change: Any) -> None:
            found = change.after
            if found is not None and found["kind"] == "DownloadRequest" and found["spec"]["target"]["name"] != "other":
                path = f"{API}/downloadrequests/{found['metadata']['name']}"
                ground.cluster.admin.merge(path, {"spec": {"target": {"name": "other"}}})

        stop = ground.cluster.store.listen(aim)
        with pytest.raises(Refused, match="Somebody changed"):
            await ground.fetch(f"{s3}/backups/x", s3=s3)
        stop()
