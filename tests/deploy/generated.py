"""The files that are made from the code, and from what. `make manifests` makes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from bot.commandline.own import OWN
from bot.commandline.reference import reference
from bot.identity.rbac_manifest import cluster_yaml, rbac_yaml, teams_yaml
from bot.identity.slack_manifest import slack_yaml
from bot.operations.registry import build_registry, installed_families
from bot.settings import load_config

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
NAMESPACE: Final = "shop"
"""The namespace of the teams' example."""


def generated() -> Mapping[Path, str]:
    """Content by file."""
    config = load_config(DEPLOY / "config.yaml")
    registry = build_registry([*installed_families(), OWN])
    return {
        DEPLOY / "slack" / "manifest.yaml": slack_yaml(config),
        DEPLOY / "rbac" / "bot.yaml": rbac_yaml(config, registry),
        DEPLOY / "rbac" / "bot-constrained.yaml": rbac_yaml(config, registry, constrained=True),
        DEPLOY / "rbac" / "teams.yaml": teams_yaml(config, registry, namespace=NAMESPACE),
        DEPLOY / "rbac" / "cluster.yaml": cluster_yaml(config, registry),
        DEPLOY / "kubernetes" / "configuration.yaml": configuration(),
        ROOT / "docs" / "reference.md": reference(registry, command=config.command),
    }


def configuration() -> str:
    """The ConfigMap that holds configuration and policy as they stand in their own files."""
    found = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kajitori", "namespace": "kajitori", "labels": {"app.kubernetes.io/name": "kajitori"}},
        "data": {
            name: _Literal((DEPLOY / name).read_text(encoding="utf-8")) for name in ("config.yaml", "policy.yaml")
        },
    }
    header = "# Made by `make manifests` from deploy/config.yaml and deploy/policy.yaml.\n"
    return header + yaml.dump(found, Dumper=_Dumper, sort_keys=False, width=10_000)


class _Literal(str):
    """A text that is shown as it is, line by line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Literal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")
)


def main() -> None:
    for file, content in generated().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
