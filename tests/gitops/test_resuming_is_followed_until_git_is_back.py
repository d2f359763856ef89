"""Resuming says what it brings back, is followed until that has come, and says why where it does not.

Without self-healing Argo CD brings each commit once: what was changed by hand since then stays.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.operations.conditions import condition_of
from bot.operations.plan import Wait
from bot.operations.progress import Observation, Progress
from tests.gitops.test_pausing_comes_first_and_is_watched import syncer, warnings
from tests.parity.planning import plan
from tests.parity.test_declared_rights_are_those_used import world as kept_world
from tests.parity.world import NOW, World

RESUME = "gitops resume application/git"
ATTEMPTED = {"operationState": {"phase": "Succeeded", "syncResult": {"revision": "b" * 40}}}
HEALING = {"syncPolicy": {"automated": {"selfHeal": True}}}


def paused(resources: list[dict[str, str]], **status: Any) -> World:
    world = kept_world()
    found = syncer(world, "Application")
    found["spec"] = {}
    found["status"] = {"sync": {"status": "OutOfSync", "revision": "b" * 40}, "resources": resources, **status}
    return world


DIFFERS = [{"kind": "Deployment", "name": "app", "namespace": "shop", "status": "OutOfSync"}]
SAME = [{"kind": "Deployment", "name": "app", "namespace": "shop", "status": "Synced"}]


@pytest.mark.parametrize(
    ("resources", "status", "flags", "said", "followed"),
    [
        (DIFFERS, ATTEMPTED, " --self-heal", ["It puts back what git says of deployment/app."], True),
        (DIFFERS, {}, "", ["It puts back what git says of deployment/app."], True),
        (
            DIFFERS,
            ATTEMPTED,
            "",
            ["It leaves deployment/app as it is until git changes: it was brought once already."],
            False,
        ),
        (SAME, ATTEMPTED, " --self-heal", [], False),
    ],
)
async def test_it_says_what_it_brings_back_and_is_followed_if_that_is_something(
    resources: Any, status: Any, flags: str, said: list[str], followed: bool
) -> None:
    planned = await plan(paused(resources, **status), RESUME + flags)
    assert warnings(planned) == said
    assert [each.condition for each in planned.steps if isinstance(each, Wait)] == ["synced"] * followed


def synced(spec: Any, **more: Any) -> Progress:
    target = {"kind": "Application", "metadata": {"name": "git"}, "spec": spec, **more}
    return condition_of("synced").evaluate(Observation(target=target, pods=(), arguments={}, now=NOW))


def test_it_is_done_when_what_runs_is_what_git_says() -> None:
    progress = synced(HEALING, status={"sync": {"status": "Synced", "revision": "b" * 40}, **ATTEMPTED})
    assert progress.done
    assert str(progress.message) == "what runs is what git says at bbbbbbbbbbbb"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"operation": {"sync": {}}, "status": {"sync": {"status": "Synced"}}}, "it brings back what git says"),
        ({"status": {"sync": {"status": "Synced"}, "operationState": {"phase": "Running"}}}, "it brings back"),
        ({"status": {"sync": {"status": "OutOfSync"}}}, "it differs from what git says"),
        ({"status": {"sync": {"status": "Unknown"}}}, "it differs from what git says"),
    ],
)
def test_until_then_it_says_how_far_it_is(more: Any, message: str) -> None:
    progress = synced(HEALING, **more)
    assert not progress.done
    assert progress.failed is None
    assert str(progress.message).startswith(message)


def test_a_sync_that_failed_says_why_in_one_line() -> None:
    state = {"phase": "Failed", "message": "one or more objects failed to apply:\nnot allowed"}
    progress = synced(HEALING, status={"sync": {"status": "OutOfSync"}, "operationState": state})
    assert not progress.done
    assert str(progress.stuck) == "the newest sync failed: one or more objects failed to apply: not allowed"


def test_it_fails_when_it_is_paused_again_or_gone() -> None:
    assert str(synced({"syncPolicy": {}}).failed) == "its sync was paused again"
    gone = Observation(target=None, pods=(), arguments={}, now=NOW)
    assert str(condition_of("synced").evaluate(gone).failed) == "it was deleted"


def followed(seconds: int, **status: Any) -> str:
    """What holds it up, so long after its sync was resumed."""
    found = {"sync": {"status": "OutOfSync"}, **status}
    target = {"kind": "Application", "metadata": {"name": "git"}, "spec": HEALING, "status": found}
    since = NOW - timedelta(seconds=seconds)
    seen = Observation(target=target, pods=(), arguments={}, now=NOW, since=since)
    return str(condition_of("synced").evaluate(seen).stuck or "")


def at(seconds: int) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    "status",
    [
        {},
        {"reconciledAt": at(200)},
        {"reconciledAt": at(200), "operationState": {"phase": "Running", "startedAt": at(300)}},
        {"reconciledAt": "nonsense", "operationState": {"phase": "Failed", "finishedAt": at(300)}},
    ],
    ids=["never", "before", "in the middle of a sync", "after one that failed"],
)
def test_a_controller_that_is_down_is_named(status: Any) -> None:
    assert "is its application controller running?" not in followed(29, **status)
    assert followed(60, **status).startswith("Argo CD has not looked at it since ")
    assert followed(60, **status).endswith(": is its application controller running?")


@pytest.mark.parametrize(
    "status",
    [
        {"reconciledAt": at(40)},
        {"reconciledAt": at(200), "operationState": {"phase": "Running", "startedAt": at(50)}},
        {"reconciledAt": at(200), "operationState": {"phase": "Succeeded", "finishedAt": at(50)}},
    ],
)
def test_one_that_has_looked_since_is_not(status: Any) -> None:
    assert followed(60, **status) == ""
