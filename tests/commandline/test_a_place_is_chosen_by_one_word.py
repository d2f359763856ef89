"""`use` takes a namespace, or a cluster and a namespace."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from bot.commandline.own import UseArguments
from tests.commandline.families import REGISTRY


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("use payments", ("", "payments")),
        ("use prod/payments", ("prod", "payments")),
        ("use prod/", ("prod", "")),
        ("use -n payments", ("", "payments")),
        ("use payments --context prod", ("prod", "payments")),
        ("use", ("", "")),
    ],
)
def test_cluster_and_namespace(typed: str, chosen: tuple[str, str]) -> None:
    arguments = parse(typed, REGISTRY).arguments
    assert isinstance(arguments, UseArguments)
    assert arguments.chosen == chosen
