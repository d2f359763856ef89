"""What the playground brings into a real cluster, and how its bot is configured there.

Users, groups and cluster-wide objects have names of the playground's own, so that a bot that is installed in the same
cluster, and its people, are not touched and gain nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bot.identity.rbac_manifest import NAME, bot_documents, team_documents
from bot.kubernetes.configuration import Context
from bot.operations.registry import Registry
from bot.settings import Config
from playground.cluster.resources import BY_KIND
from playground.cluster.wire import Json
from playground.town.people import READ_ALONG, configuration

OWN: Final = "kajitori-playground"
CLUSTER: Final = "real"
LABEL: Final = "app.kubernetes.io/managed-by"
KEEPS_ITS_NAME: Final = ("Namespace", "ServiceAccount")
LONGEST_TITLE: Final = 40


def guest_configuration(kubeconfig: Path, context: Context, namespace: str) -> Json:
    """The bot's configuration: one cluster, production as far as anybody knows, and one namespace of it."""
    found = configuration({CLUSTER: kubeconfig})
    found["clusters"][CLUSTER] |= {
        "title": context.name[:LONGEST_TITLE],
        "environment": "production",
        "namespace": namespace,
        "namespaces": [namespace],
    }
    here = {"cluster": CLUSTER, "namespaces": [namespace], "bound": True}
    found["channels"] = {key: READ_ALONG[key] | here for key in READ_ALONG}
    found["impersonation"] = {"prefix": f"{OWN}:"}
    found["own"] = {"namespace": OWN}
    del found["policy"]
    return found


def guest_documents(config: Config, registry: Registry, *, namespace: str) -> list[Json]:
    """Its namespace, account and role, and the teams' rights in one namespace; each with the playground's label."""
    own: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OWN}}
    teams = team_documents(config, registry, namespace=namespace)
    return [_ours(each) for each in (own, *bot_documents(config, registry), *teams)]


def address(document: Json) -> str:
    """Where the API server has it."""
    resource = BY_KIND[document["apiVersion"], document["kind"]]
    metadata = document["metadata"]
    return resource.path(metadata.get("namespace", ""), metadata["name"])


def listed(documents: Iterable[Json]) -> list[str]:
    """A line for each, as kubectl names it."""
    lines = []
    for each in documents:
        where = each["metadata"].get("namespace")
        lines.append(f"{each['kind'].lower()}/{each['metadata']['name']}" + (f" in {where}" if where else ""))
    return lines


def _ours(document: Json) -> Json:
    found = copy.deepcopy(document)
    found["metadata"]["labels"] = {LABEL: OWN}
    if found["kind"] not in KEEPS_ITS_NAME:
        found["metadata"]["name"] = _named(found["metadata"]["name"])
        if "roleRef" in found:
            found["roleRef"]["name"] = _named(found["roleRef"]["name"])
    return found


def _named(name: str) -> str:
    return OWN + name.removeprefix(NAME)
