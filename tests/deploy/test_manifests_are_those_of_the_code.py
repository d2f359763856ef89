"""What is given to Slack and to Kubernetes is made from the code, and a change of either shows in the other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.settings import load_config
from tests.deploy.generated import DEPLOY, ROOT, generated


@pytest.mark.parametrize("file", [each.relative_to(ROOT) for each in generated()], ids=str)
def test_a_file_is_what_would_be_made_now(file: Path) -> None:
    made = generated()[ROOT / file]
    assert (ROOT / file).read_text(encoding="utf-8") == made, "make it anew: make manifests"


def test_there_is_no_other_manifest_for_slack_or_roles() -> None:
    found = {each for folder in ("slack", "rbac") for each in (DEPLOY / folder).iterdir()}
    assert found <= generated().keys()


def test_the_config_map_holds_the_files_themselves() -> None:
    data = yaml.safe_load((DEPLOY / "kubernetes" / "configuration.yaml").read_text())["data"]
    assert data == {name: (DEPLOY / name).read_text() for name in ("config.yaml", "policy.yaml")}


def test_the_names_are_those_that_the_bot_keeps_untouchable() -> None:
    own = load_config(DEPLOY / "config.yaml").own.namespace
    documents = [
        each
        for file in (*(DEPLOY / "kubernetes").iterdir(), DEPLOY / "rbac" / "bot.yaml")
        for each in yaml.safe_load_all(file.read_text())
    ]
    for each in documents:
        namespace = each["metadata"].get("namespace", each["metadata"]["name"])
        assert namespace in (own, "kajitori"), each["kind"]


def test_the_bots_role_names_everybody_and_no_secret() -> None:
    config = load_config(DEPLOY / "config.yaml")
    for file in ("bot.yaml", "bot-constrained.yaml"):
        role = next(
            each for each in yaml.safe_load_all((DEPLOY / "rbac" / file).read_text()) if each["kind"] == "ClusterRole"
        )
        named = [each for each in role["rules"] if each["resources"] in (["users"], ["groups"])]
        assert [len(each["resourceNames"]) for each in named] == [len(config.people), len(config.teams)]
        assert not [each for each in role["rules"] if "*" in (*each["resources"], *each["verbs"], *each["apiGroups"])]
        assert not [each for each in role["rules"] if any("secret" in resource for resource in each["resources"])]
        own_verbs = {
            verb
            for each in role["rules"]
            for verb in each["verbs"]
            if not verb.startswith("impersonate") and each["apiGroups"] != ["authorization.k8s.io"]
        }
        assert own_verbs <= {"get", "list", "watch"}


def test_nobody_reaches_over_the_whole_cluster_unless_named() -> None:
    found = list(yaml.safe_load_all((DEPLOY / "rbac" / "cluster.yaml").read_text()))
    assert [each["kind"] for each in found] == ["ClusterRole", "ClusterRole"]


def test_a_team_may_not_evict_what_only_a_drain_of_nodes_would() -> None:
    found = list(yaml.safe_load_all((DEPLOY / "rbac" / "teams.yaml").read_text()))
    roles = [each for each in found if each["kind"] == "ClusterRole"]
    resources = {resource for each in roles for rule in each["rules"] for resource in rule["resources"]}
    assert not resources & {"pods/eviction", "nodes"}
    assert "pods" in resources
