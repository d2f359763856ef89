"""Second accounts: the same Kubernetes user, the same mailbox however spelt, or named so; also by way of a third."""

from __future__ import annotations

from itertools import combinations

import pytest

from bot.identity.directory import Directory
from bot.identity.humans import group_marks
from bot.identity.person import normalised_email, same_human
from tests.identity.conftest import Workspace, member

ALICES = ("U0ALICE", "U0ALICE2", "U0ALICE3", "U0ALICE4")


@pytest.mark.parametrize(("one", "other"), list(combinations(ALICES, 2)))
async def test_all_accounts_of_alice_are_alice(directory: Directory, one: str, other: str) -> None:
    first, second = await directory.resolve(one, "T0ACME"), await directory.resolve(other, "T0ACME")
    assert first.key == second.key
    assert same_human(first, second)


@pytest.mark.parametrize("account", ALICES)
async def test_bob_is_somebody_else(directory: Directory, account: str) -> None:
    assert not same_human(await directory.resolve("U0BOB", "T0ACME"), await directory.resolve(account, "T0ACME"))


async def test_a_mailbox_that_only_slack_shows_links_too(directory: Directory, workspace: Workspace) -> None:
    workspace.profiles["U0BOB"] = member("U0BOB", email="alice@example.com")
    bob = await directory.resolve("U0BOB", "T0ACME")
    for account in ALICES:
        assert same_human(bob, await directory.resolve(account, "T0ACME"))


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        (" Alice@Example.COM ", "alice@example.com"),
        ("alice+prod@example.com", "alice@example.com"),
        ("alice@example.com", "alice@example.com"),
        ("", ""),
        ("alice", ""),
        ("@example.com", ""),
        ("alice@", ""),
    ],
)
def test_spellings_of_a_mailbox_are_one(written: str, mailbox: str) -> None:
    assert normalised_email(written) == mailbox


def test_marks_are_grouped_through_a_chain_in_any_order() -> None:
    groups = [frozenset("ab"), frozenset("cd"), frozenset("bc"), frozenset("xy")]
    for order in (groups, groups[::-1]):
        assert group_marks(order) == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "y": "x"}
