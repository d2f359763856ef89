"""`kubectl patch service` with a selector, on the world it was recorded in, plans the request that kubectl sent.

Meant differences: the recordings have no pods, and kubectl switches to nobody; here pods of the new colour must be
there, so they are put beside what was recorded. What the API server refuses is refused before.
"""

from __future__ import annotations

import pytest

from bot.errors import Refused
from bot.operations.patches import apply_patch, same
from bot.operations.plan import Wait
from bot.operations.ways_back import back_matches
from tests.bluegreen.colours import BLUE, GREEN, colour
from tests.parity.planning import plan
from tests.parity.world import GOLDEN, World, recorded, sent, was_sent

ALL = sorted(each.stem for each in GOLDEN.glob("kubectl-patch-service-*.json"))


def world_of(name: str) -> World:
    golden = recorded(name)
    made = golden.world()
    for pods, labels in (("blue", BLUE), ("green", GREEN)):
        made.objects += colour(pods, 2, labels, namespace=golden.namespace)
    return made


def test_there_are_recordings() -> None:
    assert ALL == ["kubectl-patch-service-selector", "kubectl-patch-service-selector-json"]


@pytest.mark.parametrize("name", ALL)
async def test_to_the_byte(name: str) -> None:
    golden = recorded(name)
    line = " ".join(f"'{word}'" if "{" in word else word for word in golden.command)
    planned = await plan(world_of(name), line)
    assert [sent(each) for each in planned.calls] == [was_sent(each) for each in golden.changes]
    assert [type(each) for each in planned.steps[1:]] == [Wait]


@pytest.mark.parametrize("name", ALL)
async def test_the_recorded_world_itself_has_nobody_to_switch_to(name: str) -> None:
    golden = recorded(name)
    line = " ".join(f"'{word}'" if "{" in word else word for word in golden.command)
    with pytest.raises(Refused, match="No pod has app=myapp,version=green"):
        await plan(golden.world(), line)


CATALOGUE = """kubectl patch service app-service -p '{"spec":{"selector":{"version":"green"}}}'"""
PASTED = (
    CATALOGUE,
    CATALOGUE.replace("'", "’").replace('"', "”"),
    CATALOGUE.replace("'{", "‘{").replace("}'", "}’").replace('"', "“"),
    CATALOGUE.replace("service app-service", "\\\n  service/app-service"),
    CATALOGUE.replace("service app-service", "svc app-service"),
    'kubectl patch service app-service -p "{\\"spec\\":{\\"selector\\":{\\"version\\":\\"green\\"}}}"',
    CATALOGUE.replace("-p ", "--type=strategic --patch="),
    CATALOGUE.replace("-p ", "--type merge -p "),
    f"```{CATALOGUE}```",
)


@pytest.mark.parametrize("line", PASTED)
async def test_row_12_of_the_catalogue_however_it_is_pasted_and_row_13_is_its_way_back(line: str) -> None:
    golden = recorded(ALL[0])
    made = world_of(ALL[0])
    made.objects[0]["metadata"]["name"] = "app-service"
    planned = await plan(made, line.replace("kubectl patch", f"kubectl -n {golden.namespace} patch"))
    (call,) = planned.calls
    assert call.body == {"spec": {"selector": {"version": "green"}}}
    (before,) = (each for each in made.objects if each["kind"] == "Service")
    assert same(apply_patch(call.body, call.content_type, before)["spec"], {**before["spec"], "selector": GREEN})
    assert planned.back is not None
    made.send(planned.calls)
    again = await plan(made, planned.back.command_line)
    assert again.calls[0].body == {"spec": {"selector": {"version": "blue"}}}
    assert back_matches(planned.back, again.calls)
    by_hand = await plan(made, CATALOGUE.replace("green", "blue") + f" -n {golden.namespace}")
    assert back_matches(planned.back, by_hand.calls)
