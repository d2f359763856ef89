"""A cluster's connection from a kubeconfig or from inside a pod, by the official package.

That package knows exec plugins, client certificates, token files and service accounts; it is used for nothing else.
Proxies come from the kubeconfig's `proxy-url` only, never from the environment: a token goes where the file says.
"""

from __future__ import annotations

import hashlib
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, final

import yaml
from kubernetes.client import Configuration
from kubernetes.config import ConfigException
from kubernetes.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME, InClusterConfigLoader
from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger

from bot.clock import Clock
from bot.errors import Refused
from bot.kubernetes.connection import Connection, Credentials
from bot.kubernetes.errors import Unauthorized
from bot.text import Code, Text, text

REREAD = timedelta(seconds=60)
"""Token files are read again after this time, as client-go does: the kubelet exchanges them in place."""

ACTS_AS = frozenset({"as", "as-groups", "as-uid", "as-user-extra"})
"""Keys by which a kubeconfig's user impersonates; the official package leaves them out, which would widen rights."""


def kubeconfig_connection(name: str, *, path: str, context: str = "", clock: Clock) -> Connection:
    """The connection that a kubeconfig's context describes (empty: its current one). Reads files, starts no process.

    Raises `Refused` for a file or context that is missing or broken, and for one that impersonates by itself (`as`).
    """
    source = _Kubeconfig(name=name, path=path, context=context, clock=clock)
    try:
        cluster = source.cluster()
    except (ConfigException, OSError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise _broken(name, path, context) from error
    server = cluster.get("server")
    if not isinstance(server, str) or not server.startswith(("https://", "http://")):
        raise _broken(name, path, context)
    return Connection(
        name=name,
        base_url=server,
        load=source.load,
        clock=clock,
        server_name=cluster.get("tls-server-name"),
        proxy=cluster.get("proxy-url"),
    )


@dataclass(frozen=True, kw_only=True)
class Context:
    """A kubeconfig's context: its name, the namespace it sets (empty: none), its cluster's address."""

    name: str
    namespace: str
    server: str


def kubeconfig_context(path: str, context: str = "") -> Context:
    """A context by name, or (empty) the current one. Raises `Refused` as `kubeconfig_connection` does."""
    try:
        merged = KubeConfigMerger(str(Path(path).expanduser())).config  # type: ignore[no-untyped-call]
        if merged is None:
            raise ConfigException("no such file")
        name = context or str(merged["current-context"])
        found = merged["contexts"].get_with_name(name)["context"]
        server = merged["clusters"].get_with_name(found["cluster"])["cluster"]["server"]
    except (ConfigException, OSError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise _broken(context or "kubeconfig", path, context) from error
    return Context(name=name, namespace=str(found.safe_get("namespace") or ""), server=str(server))


def in_cluster_connection(
    name: str,
    *,
    clock: Clock,
    token_file: str = SERVICE_TOKEN_FILENAME,
    ca_file: str = SERVICE_CERT_FILENAME,
    environment: Mapping[str, str] = os.environ,
) -> Connection:
    """The connection of a pod's service account. Raises `Refused` outside a pod."""
    contexts = _Contexts()

    def read() -> Configuration:
        loader: Any = InClusterConfigLoader(token_filename=token_file, cert_filename=ca_file, environ=environment)  # type: ignore[no-untyped-call]
        settings = Configuration(proxy="", no_proxy="")
        loader.load_and_set(settings)
        return settings

    def load() -> Credentials:
        try:
            settings = read()
        except (ConfigException, OSError) as error:
            raise _no_credentials(name, text("The service account's token cannot be read.")) from error
        return Credentials(headers=_headers(settings), ssl=contexts.make(settings), expires=clock.now() + REREAD)

    try:
        host = read().host
    except (ConfigException, OSError) as error:
        raise Refused(
            text("{cluster} is configured as the cluster the bot runs in, but it runs in none.", cluster=Code(name)),
            next=text("Name a kubeconfig and a context for it."),
        ) from error
    return Connection(name=name, base_url=host, load=load, clock=clock)


@final
class _Kubeconfig:
    """One context of a kubeconfig, read anew at each renewal, so that a changed file is taken up."""

    def __init__(self, *, name: str, path: str, context: str, clock: Clock) -> None:
        self.name, self.path, self.context, self.clock = name, path, context, clock
        self._contexts = _Contexts()

    def cluster(self) -> dict[str, Any]:
        """The context's cluster section. Raises `ConfigException`."""
        cluster, _ = self._sections(self._merged())
        return cluster

    def load(self) -> Credentials:
        """Raises `Unauthorized` when the plugin or file gives nothing; the plugin's own words stay in the log."""
        settings = Configuration(proxy="", no_proxy="")
        try:
            merged = self._merged()
            _, user = self._sections(merged)
            loader: Any = KubeConfigLoader(merged, active_context=self.context or None, config_base_path=None)  # type: ignore[no-untyped-call]
            loader.load_and_set(settings)
            headers, context = _headers(settings), self._contexts.make(settings)
        except (ConfigException, OSError, yaml.YAMLError, ssl.SSLError, ValueError) as error:
            raise _no_credentials(self.name, text("Its kubeconfig cannot be read.")) from error
        # The package logs a plugin's failure and goes on without credentials; that would be someone else: anonymous.
        if "exec" in user and not headers and not settings.cert_file:
            raise _no_credentials(self.name, text("The program that gives credentials failed."))
        expires = getattr(loader, "expiry", None)
        if expires is None and "tokenFile" in user:
            expires = self.clock.now() + REREAD
        return Credentials(headers=headers, ssl=context, expires=_aware(expires))

    def _merged(self) -> Any:
        merged = KubeConfigMerger(str(Path(self.path).expanduser())).config  # type: ignore[no-untyped-call]
        if merged is None:
            raise ConfigException("no such file")
        return merged

    def _sections(self, merged: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The cluster and the user (empty: nobody) of the context."""
        context = merged["contexts"].get_with_name(self.context or merged["current-context"])["context"]
        cluster = merged["clusters"].get_with_name(context["cluster"])["cluster"].value
        found = merged["users"].get_with_name(context["user"], safe=True) if context.safe_get("user") else None
        user = found["user"].value if found is not None and found.safe_get("user") else {}
        if ACTS_AS & user.keys():
            raise Refused(
                text("{cluster}: the kubeconfig's user acts as someone else by itself.", cluster=Code(self.name)),
                why=text("Whom the bot acts as is decided by the bot alone."),
                next=text("Use a context whose user has none of {keys}.", keys=Code(", ".join(sorted(ACTS_AS)))),
            )
        return cluster, user


@final
class _Contexts:
    """Keeps the TLS context while the certificates stay the same: connections can be used again only within one."""

    def __init__(self) -> None:
        self._key = b""
        self._context: ssl.SSLContext | None = None

    def make(self, settings: Configuration) -> ssl.SSLContext | bool:
        """Raises `ssl.SSLError`, `OSError` for files that are none. A plain http address needs no context."""
        if not settings.host.startswith("https"):
            return True
        files = (settings.ssl_ca_cert, settings.cert_file, settings.key_file)
        parts = [Path(file).read_bytes() if file else b"" for file in files]
        key = hashlib.sha256(b"\0".join([*parts, str(settings.verify_ssl).encode()])).digest()
        if self._context is None or key != self._key:
            context = ssl.create_default_context(cafile=settings.ssl_ca_cert)
            if not settings.verify_ssl:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if settings.cert_file:
                context.load_cert_chain(settings.cert_file, settings.key_file)
            self._key, self._context = key, context
        return self._context


def _headers(settings: Configuration) -> dict[str, str]:
    token = settings.api_key.get("BearerToken")
    return {"Authorization": " ".join(token.split())} if token else {}


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _no_credentials(name: str, why: Text) -> Unauthorized:
    return Unauthorized(
        text("The bot has no credentials for {cluster} now.", cluster=Code(name)),
        target=name,
        why=why,
        next=text("Ask whoever runs the bot to look into its log."),
    )


def _broken(name: str, path: str, context: str) -> Refused:
    there = any(Path(each).expanduser().exists() for each in path.split(os.pathsep))
    return Refused(
        text("The kubeconfig for {cluster} cannot be used.", cluster=Code(name)),
        target=name,
        why=text(
            "There is no usable context {context} in {path}.", context=Code(context or "(current)"), path=Code(path)
        )
        if there
        else text("There is no file {path}.", path=Code(path)),
        next=text("Correct the path or the context in the settings."),
    )
