"""Somebody replaces the policy file, or takes it away: what is in force stays, and the bot goes on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.policy.loading import PolicyInForce
from bot.settings import parse_config
from bot.settings.files import read_file
from tests.attacks.stage import CONFIG
from tests.clocks import HandClock

STRICT = b"apiVersion: kajitori.dev/v1\nkind: Policy\nrules: [{name: stop, match: {}, decision: {refuse: never}}]\n"


@pytest.mark.parametrize("content", [None, b"", b"\x00", b"rules: 1", STRICT[:-20], b"a: &a [*a]", b"x" * 5_000_000])
def test_the_policy_in_force_stays(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(STRICT)
    policy = PolicyInForce(
        read=partial(read_file, path), config=parse_config(CONFIG.encode()), operations=("poke set",), clock=HandClock()
    )
    before = policy().version
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(Refused):
        policy.reload()
    assert (policy().version, policy().rules[0].name) == (before, "stop")
