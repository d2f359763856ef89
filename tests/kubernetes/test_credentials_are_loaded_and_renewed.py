"""Kubeconfig, exec plugin, token file, service account, TLS: found by the official package, renewed before they end."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.clock import SystemClock
from bot.errors import KajitoriError, Refused
from bot.kubernetes.configuration import in_cluster_connection, kubeconfig_connection
from bot.kubernetes.connection import Connection, Credentials
from bot.kubernetes.errors import ClusterUnavailable, Unauthorized
from bot.kubernetes.transport import Transport
from tests.kubernetes.api_server import ApiServer
from tests.kubernetes.conftest import FakeClock


def kubeconfig(folder: Path, *, user: dict[str, Any], **cluster: Any) -> str:
    path = folder / "config"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "one",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:6443", **cluster}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "one", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(yaml.safe_dump(content))
    return str(path)


def plugin(folder: Path, status: str, *, fails: bool = False) -> dict[str, Any]:
    """An exec plugin that counts its runs in a file."""
    script = folder / "plugin.py"
    script.write_text(
        "import sys, pathlib\n"
        f"runs = pathlib.Path({str(folder / 'runs')!r})\n"
        "count = int(runs.read_text()) + 1 if runs.exists() else 1\n"
        "runs.write_text(str(count))\n"
        f"if {fails}: sys.exit('secret words')\n"
        'print(\'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": %s}\' % '
        f"({status!r}.replace('COUNT', str(count))))\n"
    )
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script)],
            "interactiveMode": "Never",
        }
    }


async def test_a_plugins_token_is_kept_until_shortly_before_its_end(tmp_path: Path, clock: FakeClock) -> None:
    ends = (SystemClock().now() + timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
    clock.moment = SystemClock().now()
    user = plugin(tmp_path, '{"token": "t-COUNT", "expirationTimestamp": "' + ends + '"}')
    connection = kubeconfig_connection("blue", path=kubeconfig(tmp_path, user=user), context="one", clock=clock)
    assert not (tmp_path / "runs").exists()
    found = await asyncio.gather(*(connection.headers() for _ in range(5)))
    assert found == [{"Authorization": "Bearer t-1"}] * 5
    await clock.sleep(13 * 60)
    assert await connection.headers() == {"Authorization": "Bearer t-1"}
    await clock.sleep(75)
    assert await connection.headers() == {"Authorization": "Bearer t-2"}
    assert (tmp_path / "runs").read_text() == "2"


async def test_a_plugin_that_fails_is_never_nobody(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    path = kubeconfig(tmp_path, user=plugin(tmp_path, "{}", fails=True))
    connection = kubeconfig_connection("blue", path=path, clock=clock)
    with pytest.raises(Unauthorized) as caught:
        await connection.headers()
    assert "secret words" not in str(caught.value)


async def test_a_token_that_is_not_accepted_is_loaded_anew(server: ApiServer, clock: FakeClock) -> None:
    loaded: list[int] = []

    def load() -> Credentials:
        loaded.append(1)
        return Credentials(headers={"Authorization": f"Bearer t-{len(loaded)}"})

    connection = Connection(name="blue", base_url=server.url, load=load, clock=clock)
    async with Transport(connection, clock=clock) as transport:
        for _ in range(2):
            server.refuse("GET", "/version", 401, "Unauthorized")
            with pytest.raises(Unauthorized):
                await transport.request("GET", "/version")
        await clock.sleep(6)
        server.refuse("GET", "/version", 401, "Unauthorized")
        with pytest.raises(Unauthorized):
            await transport.request("GET", "/version")
        server.answer("GET", "/version", {})
        await transport.request("GET", "/version")
    assert [each.headers["Authorization"] for each in server.received] == ["Bearer t-1"] * 3 + ["Bearer t-2"]


async def test_a_token_file_is_read_again(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "token").write_text("first\n")
    user = {"tokenFile": str(tmp_path / "token")}
    connection = kubeconfig_connection("blue", path=kubeconfig(tmp_path, user=user), clock=clock)
    assert await connection.headers() == {"Authorization": "Bearer first"}
    (tmp_path / "token").write_text("second\n")
    await clock.sleep(61)
    assert await connection.headers() == {"Authorization": "Bearer second"}


async def test_a_waiter_that_gives_up_does_not_stop_the_others(clock: FakeClock) -> None:
    connection = Connection(name="b", base_url="http://b", load=lambda: Credentials(headers={"a": "b"}), clock=clock)
    first, second = (asyncio.create_task(connection.headers()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == {"a": "b"}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_basic_token_proxy_and_server_name(tmp_path: Path, clock: FakeClock) -> None:
    path = kubeconfig(
        tmp_path,
        user={"token": "abc"},
        **{
            "tls-server-name": "kubernetes",
            "proxy-url": "http://127.0.0.1:3128",
            "insecure-skip-tls-verify": True,
        },
    )
    connection = kubeconfig_connection("blue", path=path, clock=clock)
    assert (connection.base_url, connection.server_name) == ("https://127.0.0.1:6443", "kubernetes")
    assert connection.proxy == "http://127.0.0.1:3128"
    found = await connection.credentials()
    assert found.headers == {"Authorization": "Bearer abc"}
    assert isinstance(found.ssl, ssl.SSLContext)
    assert (found.ssl.verify_mode, found.ssl.check_hostname) == (ssl.CERT_NONE, False)
    assert "abc" not in repr(found)


@pytest.mark.parametrize("key", ["as", "as-groups", "as-uid", "as-user-extra"])
def test_a_kubeconfig_that_impersonates_by_itself_is_refused(tmp_path: Path, clock: FakeClock, key: str) -> None:
    path = kubeconfig(tmp_path, user={"token": "abc", key: "x"})
    with pytest.raises(Refused):
        kubeconfig_connection("blue", path=path, clock=clock)


@pytest.mark.parametrize("content", ["", "{", "[]", "a: b", "clusters: 7", "contexts: []\ncurrent-context: one"])
def test_a_kubeconfig_that_is_none(tmp_path: Path, clock: FakeClock, content: str) -> None:
    (tmp_path / "config").write_text(content)
    with pytest.raises(Refused):
        kubeconfig_connection("blue", path=str(tmp_path / "config"), clock=clock)


def test_a_context_or_file_that_is_missing(tmp_path: Path, clock: FakeClock) -> None:
    path = kubeconfig(tmp_path, user={"token": "abc"})
    for found, context, why in (
        (path, "two", f"There is no usable context two in {path}."),
        (path + "-missing", "", f"There is no file {path}-missing."),
    ):
        with pytest.raises(Refused) as caught:
            kubeconfig_connection("blue", path=found, context=context, clock=clock)
        assert str(caught.value.why) == why
        assert caught.value.next is not None


async def test_a_service_account(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "token").write_text("pod-1\n")
    certificate(tmp_path, "ca")
    connection = in_cluster_connection(
        "here",
        clock=clock,
        token_file=str(tmp_path / "token"),
        ca_file=str(tmp_path / "ca.crt"),
        environment={"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"},
    )
    assert connection.base_url == "https://10.0.0.1:443"
    first = await connection.credentials()
    assert first.headers == {"Authorization": "bearer pod-1"}
    (tmp_path / "token").write_text("pod-2\n")
    await clock.sleep(61)
    second = await connection.credentials()
    assert second.headers == {"Authorization": "bearer pod-2"}
    assert second.ssl is first.ssl
    (tmp_path / "token").unlink()
    await clock.sleep(61)
    with pytest.raises(Unauthorized):
        await connection.headers()
    with pytest.raises(Refused):
        in_cluster_connection("here", clock=clock, environment={})


def certificate(folder: Path, name: str, *, host: str = "kubernetes") -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt"), "-subj", f"/CN={host}",
         "-addext", f"subjectAltName=DNS:{host}"],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("server_name", "trusted", "works"),
    [("kubernetes", "server", True), ("", "server", False), ("kubernetes", "other", False)],
)
async def test_tls_is_checked_against_the_clusters_own_authority_and_name(
    tmp_path: Path, clock: FakeClock, server_name: str, trusted: str, works: bool
) -> None:
    certificate(tmp_path, "server")
    certificate(tmp_path, "other")
    certificate(tmp_path, "client", host="kajitori")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tmp_path / "client.crt"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(tmp_path / "server.crt", tmp_path / "server.key")

    async def version(request: web.Request) -> web.Response:
        return web.json_response({"gitVersion": "v1.36.3"})

    application = web.Application()
    application.router.add_get("/version", version)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    cluster = {
        "server": f"https://127.0.0.1:{runner.addresses[0][1]}",
        "certificate-authority": str(tmp_path / f"{trusted}.crt"),
    } | ({"tls-server-name": server_name} if server_name else {})
    user = {"client-certificate": str(tmp_path / "client.crt"), "client-key": str(tmp_path / "client.key")}
    path = kubeconfig(tmp_path, user=user, **cluster)
    try:
        async with Transport(kubeconfig_connection("blue", path=path, clock=clock), clock=clock) as transport:
            if works:
                assert (await transport.request("GET", "/version")).status == 200
            else:
                with pytest.raises(ClusterUnavailable) as caught:
                    await transport.request("DELETE", "/version")
                assert caught.value.sent is False
                assert "certificate" in str(caught.value.why)
    finally:
        await runner.cleanup()


async def test_credentials_that_hang_end_at_the_requests_deadline(clock: FakeClock) -> None:
    release = threading.Event()

    def load() -> Credentials:
        release.wait(10)
        return Credentials(headers={})

    connection = Connection(name="blue", base_url="http://127.0.0.1:1", load=load, clock=clock)
    async with Transport(connection, clock=clock) as transport:
        with pytest.raises(KajitoriError) as caught:
            await transport.request("PATCH", "/x", body=b"{}", timeout=0.1)
    assert isinstance(caught.value, ClusterUnavailable)
    assert caught.value.sent is False
    release.set()
    await connection.credentials()
