"""Applied, renewed, removed: all with the rights of the kubeconfig, and only to what has the playground's own label."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, final

import msgspec
import yaml

from bot.clock import SystemClock
from bot.errors import NotFound, Refused
from bot.identity.rbac_manifest import NAME
from bot.kubernetes.configuration import Context, kubeconfig_connection, kubeconfig_context
from bot.kubernetes.transport import Transport
from bot.operations.registry import Registry
from bot.settings import parse_config
from bot.text import Code, text
from playground.cluster.resources import ACCOUNTS, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, NAMESPACES, ROLE_BINDINGS
from playground.cluster.wire import Json
from playground.guest.manifest import LABEL, OWN, address, guest_configuration, guest_documents

APPLY: Final = {"fieldManager": OWN, "fieldValidation": "Strict"}
BROUGHT: Final = (ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ACCOUNTS, NAMESPACES)
"""The kinds of what is applied, in the order in which it goes."""

TOKEN_SECONDS: Final = 3600
RENEW: Final = 1500.0
"""Seconds after which a new token is asked for, well before the hour of the old one is over."""


@final
class Stay:
    """In one cluster; use it with `async with transport`. Raises the bot's own errors of a cluster, and `Refused`."""

    def __init__(self, kubeconfig: Path, namespace: str, registry: Registry) -> None:
        if not kubeconfig.is_file():
            raise Refused(
                text("There is no kubeconfig {path}.", path=Code(str(kubeconfig))),
                next=text("Name one file: {command}", command=Code("make run KUBECONFIG=~/.kube/config")),
            )
        self._kubeconfig = kubeconfig
        self.context: Context = kubeconfig_context(str(kubeconfig))
        self.namespace = namespace or self.context.namespace or "default"
        config = parse_config(yaml.safe_dump(self._configuration(kubeconfig)).encode())
        self.documents = guest_documents(config, registry, namespace=self.namespace)
        clock = SystemClock()
        self.transport = Transport(kubeconfig_connection("real", path=str(kubeconfig), clock=clock), clock=clock)
        self._token = ""
        self._token_file: Path | None = None

    async def examine(self) -> None:
        """Raise `Refused` if the namespace is missing, or if something of these names is not the playground's."""
        if self.namespace == OWN:
            raise Refused(
                text("The namespace {namespace} is the playground's own.", namespace=Code(OWN)),
                next=text("Name another one: {command}", command=Code("make run KUBECONFIG=… NAMESPACE=default")),
            )
        if await self._found(f"/api/v1/namespaces/{self.namespace}") is None:
            raise Refused(
                text("There is no namespace {namespace} in {context}.", **self._named()),
                next=text("Name one: {command}", command=Code("make run KUBECONFIG=… NAMESPACE=default")),
            )
        for each in self.documents:
            found = await self._found(address(each))
            if found is not None and not _ours(found):
                raise Refused(
                    text("{path} is there already and is not the playground's.", path=Code(address(each))),
                    next=text("Nothing was changed. Rename or remove it, or use another cluster."),
                )

    async def apply(self) -> None:
        """By server-side apply, without force: what somebody else manages is a conflict and stays as it is."""
        for each in self.documents:
            body = msgspec.json.encode(each)
            path = address(each)
            await self.transport.request(
                "PATCH", path, query=APPLY, body=body, content_type="application/apply-patch+yaml"
            )

    async def remove(self) -> list[str]:
        """Take away all that has the label, wherever it was applied, the namespace last; the paths that were there."""
        gone = []
        for resource in BROUGHT:
            query = {"labelSelector": f"{LABEL}={OWN}"}
            answer = await self.transport.request("GET", resource.path(), query=query)
            for each in msgspec.json.decode(answer.body)["items"]:
                metadata = each["metadata"]
                path = resource.path(metadata.get("namespace", ""), metadata["name"])
                await self._delete(path, msgspec.json.encode({"preconditions": {"uid": metadata["uid"]}}))
                gone.append(path)
        return gone

    def provide(self, data: Path) -> None:
        """The bot's kubeconfig and configuration. A token must be there."""
        self._token_file = data / "token"
        _write(self._token_file, self._token.encode())
        kubeconfig = data / "real.kubeconfig"
        _write(kubeconfig, yaml.safe_dump(_with_token(self._kubeconfig, self._token_file)).encode())
        _write(data / "config.yaml", yaml.safe_dump(self._configuration(kubeconfig), sort_keys=False).encode())

    async def renew(self) -> None:
        """A token of one hour for the bot's account (TokenRequest); the bot reads the file again within a minute."""
        path = f"/api/v1/namespaces/{OWN}/serviceaccounts/{NAME}/token"
        wanted = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        body = msgspec.json.encode({**wanted, "spec": {"expirationSeconds": TOKEN_SECONDS}})
        answer = await self.transport.request("POST", path, body=body, content_type="application/json")
        self._token = str(msgspec.json.decode(answer.body)["status"]["token"])
        if self._token_file is not None:
            _write(self._token_file, self._token.encode())

    async def keep_renewed(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(RENEW)
            await self.renew()

    def _configuration(self, kubeconfig: Path) -> Json:
        return guest_configuration(kubeconfig, self.context, self.namespace)

    def _named(self) -> dict[str, Code]:
        return {"namespace": Code(self.namespace), "context": Code(self.context.name)}

    async def _found(self, path: str) -> Json | None:
        try:
            answer = await self.transport.request("GET", path)
        except NotFound:
            return None
        found: Json = msgspec.json.decode(answer.body)
        return found

    async def _delete(self, path: str, body: bytes) -> None:
        try:
            await self.transport.request("DELETE", path, body=body, content_type="application/json")
        except NotFound:
            return


def _ours(found: Json) -> bool:
    return (found["metadata"].get("labels") or {}).get(LABEL) == OWN


def _with_token(kubeconfig: Path, token: Path) -> Json:
    """A kubeconfig of the same cluster by which the bot comes: the cluster's own part, and nobody's credentials."""
    given: Any = yaml.safe_load(kubeconfig.read_text())
    context = next(each["context"] for each in given["contexts"] if each["name"] == given["current-context"])
    cluster = next(each["cluster"] for each in given["clusters"] if each["name"] == context["cluster"])
    authority = cluster.get("certificate-authority")
    if authority:
        cluster["certificate-authority"] = str((kubeconfig.parent / authority).absolute())
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "real", "cluster": cluster}],
        "users": [{"name": NAME, "user": {"tokenFile": str(token)}}],
        "contexts": [{"name": "real", "context": {"cluster": "real", "user": NAME}}],
        "current-context": "real",
    }


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else to read."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)


def paragraph(stay: Stay, documents: Sequence[str]) -> str:
    """What a person says yes to."""
    return (
        f"This plays against a real cluster: context {stay.context.name}, {stay.context.server}.\n"
        f"With the rights of {stay.context.name} it would apply {len(documents)} objects: a namespace {OWN} with a\n"
        "service account for the bot, the generated role (reviews, watching workloads, impersonating the playground's\n"
        f"people by name), and the teams' rights in the namespace {stay.namespace}, and in no other. The playground's\n"
        f"people then change what is really there, in {stay.namespace}. REMOVE=yes takes it all away again.\n\n"
        + "\n".join(f"  {each}" for each in documents)
    )
