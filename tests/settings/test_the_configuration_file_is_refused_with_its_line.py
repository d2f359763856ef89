"""Wrong files: each is refused whole, with the line and the key. Left out: what the operating system says of a disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refused
from bot.settings import Config, load_config, parse_config

GOOD = """\
slack: {team_id: T0ACME}
clusters:
  prod: {context: kind, approval_channel: C0PLATFORM}
people:
  U0ALICE: {user: alice, teams: [developers]}
teams:
  developers: {}
"""

WRONG = [
    pytest.param(GOOD + "commnd: /eks\n", 8, "did you mean command", id="unknown key"),
    pytest.param(GOOD.replace("context", "contxt"), 3, "did you mean context", id="unknown key inside"),
    pytest.param(GOOD.replace("T0ACME", "7"), 1, "slack.team_id", id="wrong type"),
    pytest.param(GOOD.replace("context: kind", "in_cluster: 'yes'"), 3, "boolean", id="text for a boolean"),
    pytest.param(GOOD.replace("slack:", "slak:"), 1, "slak", id="missing and unknown"),
    pytest.param(GOOD.replace("U0ALICE", "alice"), 5, "people.alice", id="a name instead of an id"),
    pytest.param(GOOD + "teams:\n  sre: {}\n", 8, "twice", id="double key"),
    pytest.param(GOOD + "people: {U0A: {user: a}, U0A: {user: b}}\n", 8, "twice", id="double key inside"),
    pytest.param("a: &a [x]\nb: *a\n", 1, "aliases", id="anchor"),
    pytest.param(GOOD + "limits: *x\n", 8, "aliases", id="alias"),
    pytest.param(GOOD + "limits: !!python/object/apply:os.system [id]\n", 8, "tags", id="tag"),
    pytest.param(GOOD + "---\nx: 1\n", 8, "second document", id="second document"),
    pytest.param(GOOD + "1: x\n", 8, "key must be text", id="a number as key"),
    pytest.param(GOOD + "? [a]\n: x\n", 8, "key must be text", id="a list as key"),
    pytest.param(GOOD + "x: " + "[" * 60 + "]" * 60, 8, "nested too deeply", id="nesting"),
    pytest.param(GOOD + "x: [", 8, "not YAML", id="cut off"),
    pytest.param(GOOD + "x: \x00\n", 8, "character", id="NUL"),
    pytest.param("- x\n", 1, "mapping", id="a list"),
    pytest.param("", 1, "mapping", id="nothing"),
    pytest.param("#" * (1024 * 1024 + 1), 1, "larger than 1024 KiB", id="too large"),
    pytest.param(GOOD + "default_cluster: stage\n", 8, "no cluster stage", id="unknown default cluster"),
    pytest.param(GOOD + "channels: {C0PAY: {cluster: stage}}\n", 8, "no cluster stage", id="unknown cluster"),
    pytest.param(GOOD + "channels: {C0PAY: {bound: true}}\n", 8, "must name its namespaces", id="bound to nothing"),
    pytest.param(GOOD.replace("[developers]", "[devs]"), 5, "no team devs", id="unknown team"),
    pytest.param(GOOD.replace("user: alice", "user: alice, same_as: [U0ALICE]"), 5, "own second", id="same as self"),
    pytest.param(GOOD.replace("user: alice", "user: alice, timezone: Mars/Base"), 5, "no time zone", id="time zone"),
    pytest.param(GOOD.replace("user: alice", "user: 'alice '"), 5, "people.U0ALICE.user", id="a space in a user"),
    pytest.param(GOOD.replace("user: alice", "user: аlice"), 5, "people.U0ALICE.user", id="a look-alike letter"),
    pytest.param(GOOD + "impersonation: {prefix: kajitori}\n", 8, "impersonation.prefix", id="prefix without an end"),
    pytest.param(
        GOOD.replace("context: kind", "in_cluster: true, context: kind"), 3, "in_cluster excludes", id="two ways in"
    ),
    pytest.param(
        GOOD.replace("user: alice", "user: 'system:admin'") + "impersonation: {prefix: ''}\n", 5, "belongs", id="system"
    ),
    pytest.param(
        GOOD.replace("user: alice", "user: alice, groups: ['System:masters']") + "impersonation: {prefix: ''}\n",
        5,
        "belongs to the cluster",
        id="system:masters in any case",
    ),
    pytest.param(GOOD + "impersonation: {prefix: 'eks:'}\n", 7, "belongs to the cluster", id="a prefix of EKS"),
]


@pytest.mark.parametrize(("content", "line", "says"), WRONG)
def test_a_wrong_file_is_refused_with_the_line_and_the_reason(content: str, line: int, says: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_config(content.encode())
    assert f"config.yaml, line {line}:" in str(refused.value)
    assert says in str(refused.value)
    assert refused.value.next is not None


def test_a_file_that_is_not_utf8_is_refused_with_the_line() -> None:
    with pytest.raises(Refused, match=r"line 2: this is not UTF-8"):
        parse_config(b"slack: {}\nx: \xff\n")


def test_bombs_of_aliases_are_refused_before_they_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{name}: &{name} [*a, *a]\n" for name in "bcdefghi")
    with pytest.raises(Refused, match="aliases"):
        parse_config(bomb.encode())


def test_words_that_older_yaml_turns_into_other_values_stay_words() -> None:
    content = GOOD.replace("user: alice", "user: alice, name: no, email: 22:30")
    person = parse_config(content.encode()).people["U0ALICE"]
    assert (person.name, person.email) == ("no", "22:30")


def test_a_good_file_is_taken_with_its_defaults_on_the_strict_side() -> None:
    config = parse_config(GOOD.encode())
    cluster = config.clusters["prod"]
    assert config.command == "/eks"
    assert config.cluster_by_default == "prod"
    assert config.impersonation.prefix == "kajitori:"
    assert config.identity.email_from_sso is False
    assert (cluster.environment, cluster.is_production, cluster.approvals_required) == ("production", True, True)


def test_several_clusters_without_a_default_have_none() -> None:
    config = parse_config(GOOD.replace("clusters:\n", "clusters:\n  stage: {environment: staging}\n").encode())
    assert config.cluster_by_default == ""
    assert config.clusters["stage"].is_production is False


def test_the_configuration_cannot_be_changed_once_read() -> None:
    config = parse_config(GOOD.encode())
    with pytest.raises(ValueError, match="frozen"):
        config.command = "/other"  # type: ignore[misc]


def test_relative_paths_are_meant_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        GOOD.replace("context: kind", "kubeconfig: kube/config")
        + "policy: policy.yaml\naudit: {checkpoint_file: /var/checkpoints}\n"
    )
    config = load_config(file)
    assert config.policy == tmp_path / "policy.yaml"
    assert config.clusters["prod"].kubeconfig == tmp_path / "kube" / "config"
    assert config.audit.checkpoint_file == Path("/var/checkpoints")


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        load_config(tmp_path / "none.yaml")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        load_config(tmp_path)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_configuration_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse_config(data), Config)
    except Refused as refused:
        assert "config.yaml, line " in str(refused)


@given(st.text(max_size=200))
def test_any_text_after_a_good_file_is_taken_or_refused(rest: str) -> None:
    try:
        parse_config((GOOD + rest).encode(errors="surrogatepass"))
    except Refused as refused:
        assert "config.yaml, line " in str(refused)
