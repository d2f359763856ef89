"""Who works here and what the bot is told: six people of the workspace, one cluster, a policy where a story has one."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bot.commandline.own import OWN
from bot.identity.rbac_manifest import team_documents
from bot.operations.registry import Registry, build_registry, installed_families
from bot.settings import Config, Settings, load_settings, parse_config
from playground.workspace.channels import DEFAULT_CHANNELS
from playground.workspace.people import DEFAULT_PEOPLE, TEAM, Person
from playground.workspace.server import Workspace
from tests.clocks import RunningClock
from tests.controlplane.shop import Shop

Json = dict[str, Any]

SECOND: Final = Person(id="U0ALICE2", name="alice-two", real_name="Alice Archer (phone)", email="alice@phone.example")
"""Another account of alice's."""
UNKNOWN: Final = Person(id="U0FRANK", name="frank", real_name="Frank Fuchs", email="frank@example.com")
"""A full member whom the configuration does not name. erin, of the workspace's own people, is a guest."""

UNHURRIED: Final = 0.2
"""Slack's seconds in one of ours: its three for an answer are then long enough on a machine that does much else."""

PEOPLE: Final[Json] = {
    "U0ALICE": {"user": "alice", "teams": ["developers"], "email": "alice@example.com"},
    "U0ALICE2": {"user": "alice-two", "teams": ["developers"], "same_as": ["U0ALICE"]},
    "U0BOB": {"user": "bob", "teams": ["developers"], "email": "bob@example.com", "locale": "en"},
    "U0CAROL": {"user": "carol", "teams": ["developers", "sre"], "email": "carol@example.com", "on_call": True},
    "U0DAVE": {"user": "dave", "teams": ["readers"], "email": "dave@example.com"},
}


CHANNELS: Final[Json] = {"C0PAYMENTS": {"outsiders": True}}
"""erin, of another organisation, reads along there (Slack Connect), which these people know and want."""


def workspace() -> Workspace:
    """The workspace with all of them in its channels; it lets nobody wait for rate limits."""
    more = {SECOND.id, UNKNOWN.id}
    channels = [replace(each, members=each.members | more) for each in DEFAULT_CHANNELS]
    return Workspace(people=(*DEFAULT_PEOPLE, SECOND, UNKNOWN), channels=channels, clock=RunningClock(UNHURRIED))


@cache
def registry() -> Registry:
    return build_registry([*installed_families(), OWN])


def configuration(namespace: str, *, kubeconfig: str, **more: Any) -> Json:
    """The document. `more` are further keys: `policy` the policy file's text, `cluster` keys of the cluster's entry."""
    entry = {
        "kubeconfig": kubeconfig,
        "title": "PROD tokyo",
        "environment": "production",
        "namespace": namespace,
        **more.pop("cluster", {}),
    }
    found: Json = {
        "slack": {"team_id": TEAM},
        "clusters": {"prod": entry},
        "people": deepcopy(PEOPLE),
        "teams": {"developers": {}, "sre": {}, "readers": {}},
        "channels": deepcopy(CHANNELS),
        **more,
    }
    if "policy" in found:
        found["policy"] = "policy.yaml"
    return found


async def prepare(shop: Shop, folder: Path, slack: Workspace, *, constrained: bool = False, **more: Any) -> Settings:
    """Roles applied, the configuration written, settings that point at the workspace."""
    document = configuration(shop.namespace, kubeconfig="later", **more)
    config = parse_config(yaml.safe_dump(document).encode())
    await _roles(shop, config)
    document["clusters"]["prod"]["kubeconfig"] = str(await shop.bot(config, registry(), constrained=constrained))
    folder.mkdir(parents=True, exist_ok=True)
    if "policy" in more:
        write_policy(folder, more["policy"])
    (folder / "config.yaml").write_text(yaml.safe_dump(document))
    return settings(folder, slack)


def write_policy(folder: Path, text: str) -> None:
    """The policy file as a story has it, whole."""
    head = "apiVersion: kajitori.dev/v1\nkind: Policy\n"
    later = folder / "policy.yaml.new"
    later.write_text(head + text)
    later.replace(folder / "policy.yaml")


def settings(folder: Path, slack: Workspace) -> Settings:
    return load_settings(
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=f"{slack.address}/api/",
        data=folder,
        config=folder / "config.yaml",
        http_port=0,
    )


async def _roles(shop: Shop, config: Config) -> None:
    await shop.apply(team_documents(config, registry(), namespace=shop.namespace))
    await shop.bind("kajitori-changes", group="kajitori:developers")
    await shop.bind("kajitori-reads", group="kajitori:readers")
