"""Who lives in the playground, as the bot's configuration says it: the same people as in the workspace emulator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from playground.workspace.people import TEAM
from playground.workspace.wire import Json

PEOPLE: Final[Json] = {
    "U0ALICE": {"user": "alice", "teams": ["developers"], "email": "alice@example.com"},
    "U0BOB": {"user": "bob", "teams": ["developers"], "email": "bob@example.com"},
    "U0CAROL": {"user": "carol", "teams": ["developers", "sre"], "email": "carol@example.com", "on_call": True},
    "U0DAVE": {"user": "dave", "teams": ["readers"], "email": "dave@example.com"},
}
TEAMS: Final[Json] = {
    "developers": {"title": "Developers", "slack_group": "S0DEVELOPERS"},
    "sre": {"title": "SRE", "slack_group": "S0SRE"},
    "readers": {"title": "Readers"},
}
CHANNELS: Final[Json] = {
    "C0PAYMENTS": {"cluster": "prod", "namespaces": ["shop"], "bound": True},
    "C0PLATFORM": {"cluster": "staging", "namespaces": ["shop"]},
}
READ_ALONG: Final[Json] = {"C0PAYMENTS": {"outsiders": True}}
"""erin, of another organisation, reads along there, whichever clusters are played with."""


def configuration(kubeconfigs: Mapping[str, Path], *, locale: str = "en") -> Json:
    """The bot's configuration file for clusters by name, production first; `locale` is what its channels speak."""
    clusters: Json = {}
    for name, path in kubeconfigs.items():
        production = name == "prod"
        clusters[name] = {
            "kubeconfig": str(path),
            "title": "PROD tokyo" if production else name.upper(),
            "environment": "production" if production else name,
            "namespace": "shop",
            "approval_channel": "C0PLATFORM",
        }
    return {
        "slack": {"team_id": TEAM},
        "clusters": clusters,
        "default_cluster": next(iter(kubeconfigs)),
        "people": PEOPLE,
        "teams": TEAMS,
        "channels": {key: each | {"locale": locale} for key, each in _channels(kubeconfigs).items()},
        "policy": "policy.yaml",
    }


def _channels(clusters: Collection[str]) -> Json:
    bound = {key: READ_ALONG.get(key, {}) | each for key, each in CHANNELS.items() if each["cluster"] in clusters}
    return READ_ALONG | bound
