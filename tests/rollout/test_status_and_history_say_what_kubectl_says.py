"""Status is followed to its end or looked at once; history lists the revisions of the recordings, values hidden."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.errors import NotFound, NotUnderstood
from bot.operations.view import Live, View
from tests.parity.planning import ask
from tests.parity.world import recorded


async def test_status_follows_to_the_end() -> None:
    golden = recorded("kubectl-rollout-status-watch-until-done")
    live = await ask(golden.world(), " ".join(golden.command))
    assert isinstance(live, Live)
    assert (live.condition, live.target.reference, live.deadline) == ("rolled-out", "deployment/app", 660)


async def test_status_takes_a_revision_and_a_timeout() -> None:
    golden = recorded("kubectl-rollout-status-timeout")
    live = await ask(golden.world(), " ".join(golden.command) + " --revision=2")
    assert isinstance(live, Live)
    assert (live.deadline, live.arguments) == (4, {"revision": 2})
    with pytest.raises(NotUnderstood, match="no duration"):
        await ask(golden.world(), f"rollout status deploy/app --timeout=soon -n {golden.namespace}")


async def test_status_once_is_a_view_with_kubectls_numbers() -> None:
    golden = recorded("kubectl-rollout-status-nowatch-mid")
    view = await ask(golden.world(), " ".join(golden.command))
    assert isinstance(view, View)
    assert re.findall(r"\d+", str(view.lines[0])) == re.findall(r"\d+", golden.stdout)


async def test_what_does_not_exist_is_said() -> None:
    golden = recorded("kubectl-rollout-status-not-found")
    with pytest.raises(NotFound, match="not found"):
        await ask(golden.world(), " ".join(golden.command))


@pytest.mark.parametrize("name", ["kubectl-rollout-history", "kubectl-rollout-history-daemonset"])
async def test_history_lists_the_revisions_that_kubectl_lists(name: str) -> None:
    golden = recorded(name)
    view = await ask(golden.world(), " ".join(golden.command))
    assert isinstance(view, View)
    assert view.table is not None
    rows = [(row[0].removesuffix(" *"), row[1]) for row in view.table.rows]
    said = [tuple(line.split(maxsplit=1)) for line in golden.stdout.splitlines()[2:] if line]
    assert rows == said
    assert [row[0] for row in view.table.rows if row[0].endswith(" *")] == [f"{len(rows)} *"]


@pytest.mark.parametrize("name", ["kubectl-rollout-history-revision", "kubectl-rollout-history-statefulset-revision"])
async def test_one_revision_shows_its_template(name: str) -> None:
    golden = recorded(name)
    view = await ask(golden.world(), " ".join(golden.command))
    assert isinstance(view, View)
    (image,) = re.findall(r"Image:\s+(\S+)", golden.stdout)
    assert f"image: {image}" in view.output


async def test_values_of_variables_are_not_shown() -> None:
    golden = recorded("kubectl-rollout-history-revision")
    world = golden.world()
    for each in world.objects:
        container: Any = each["spec"]["template"]["spec"]["containers"][0]
        container["env"] = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    view = await ask(world, " ".join(golden.command))
    assert isinstance(view, View)
    assert "DB_PASSWORD" in view.output
    assert "hunter2" not in view.output


async def test_a_revision_that_is_not_there_is_refused() -> None:
    golden = recorded("kubectl-rollout-history-revision")
    with pytest.raises(NotFound, match="unable to find specified revision 9 in history"):
        await ask(golden.world(), " ".join(golden.command).replace("=2", "=9"))
