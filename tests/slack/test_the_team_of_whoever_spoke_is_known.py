"""Whose workspace the author of an event is of: as Slack says of the author, never of whoever receives the event."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.edge.deliveries import actor_team

OURS, THEIRS = "T0ACME", "T0PARTNER"


@pytest.mark.parametrize(
    ("event", "shared", "team"),
    [
        ({}, False, OURS),
        ({"team": OURS}, False, OURS),
        ({"team": OURS}, True, OURS),
        ({"team": THEIRS}, True, THEIRS),
        ({"user_team": THEIRS, "team": OURS}, True, THEIRS),
        ({"source_team": THEIRS, "team": OURS}, True, THEIRS),
        ({}, True, ""),
        ({"team": "E0GRID"}, True, ""),
    ],
)
def test_in_a_shared_channel_only_what_is_said_of_the_author_counts(
    event: dict[str, Any], shared: bool, team: str
) -> None:
    assert actor_team({"team_id": OURS, "event": event, "is_ext_shared_channel": shared}) == team
