"""`kubectl patch pdb`: a patch of the limit and of nothing else, in all three types; others are refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.errors import KajitoriError
from bot.operations.ways_back import back_matches
from tests.budgets.covered import budget, pods, world
from tests.parity.planning import ask, plan


def line(body: Any, *more: str) -> str:
    return " ".join(("kubectl patch pdb app -n shop -p", f"'{msgspec.json.encode(body).decode()}'", *more))


@pytest.mark.parametrize(
    ("body", "flags", "after"),
    [
        ({"spec": {"minAvailable": 1}}, (), "minAvailable 1"),
        ({"spec": {"minAvailable": "50%"}}, ("--type=merge",), "minAvailable 50%"),
        ({"spec": {"minAvailable": None, "maxUnavailable": 1}}, (), "maxUnavailable 1"),
        ([{"op": "replace", "path": "/spec/minAvailable", "value": 2}], ("--type=json",), "minAvailable 2"),
        (
            [
                {"op": "remove", "path": "/spec/minAvailable"},
                {"op": "add", "path": "/spec/maxUnavailable", "value": "10%"},
            ],
            ("--type", "json"),
            "maxUnavailable 10%",
        ),
    ],
)
async def test_it_is_sent_as_it_was_pasted_and_brought_back(body: Any, flags: tuple[str, ...], after: str) -> None:
    made = world()
    planned = await plan(made, line(body, *flags))
    assert [each.body for each in planned.calls] == [body]
    assert str(planned.after).startswith(after)
    assert planned.includes == ("set pdb",)
    assert planned.back is not None
    made.send(planned.calls)
    returning = await plan(made, planned.back.command_line)
    assert back_matches(planned.back, returning.calls)
    made.send(returning.calls)
    (left,) = (each for each in made.objects if each["kind"] == "PodDisruptionBudget")
    assert left["spec"] == budget()["spec"]


@pytest.mark.parametrize(
    "body",
    [
        {"spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}},
        {"spec": {"selector": None}},
        {"spec": {}},
        {"spec": {"minAvailable": 1}, "metadata": {"labels": {"a": "b"}}},
        {"metadata": {"finalizers": []}},
        [{"spec": 1}],
        "x",
    ],
)
async def test_what_sets_anything_else_is_not_taken(body: Any) -> None:
    with pytest.raises(KajitoriError, match="A patch of poddisruptionbudget/app is not taken"):
        await ask(world(), line(body))


@pytest.mark.parametrize(
    "body",
    [
        [{"op": "replace", "path": "/spec", "value": {}}],
        [{"op": "test", "path": "/spec/minAvailable", "value": 3}],
        [{"op": "copy", "from": "/spec/minAvailable", "path": "/spec/maxUnavailable"}],
        [{"op": "remove", "path": "/spec/minAvailable", "value": 1}],
        [{"op": "add", "path": "/spec/minAvailable"}],
        [{"op": "add", "path": "/spec/minAvailable/x", "value": 1}],
        [],
    ],
)
async def test_operations_of_another_shape_are_not_taken(body: Any) -> None:
    with pytest.raises(KajitoriError, match="is not taken"):
        await ask(world(), line(body, "--type=json"))


@pytest.mark.parametrize("value", [-1, True, "3", "x", "101%", 1.5, 2**31, [], {}])
async def test_a_value_that_the_api_server_refuses_is_refused_before(value: Any) -> None:
    with pytest.raises(KajitoriError):
        await ask(world(), line({"spec": {"minAvailable": value}}))


async def test_both_limits_are_refused_with_the_line_that_was_meant_and_none_is_refused() -> None:
    with pytest.raises(KajitoriError, match="cannot be both set") as refused:
        await ask(world(), line({"spec": {"maxUnavailable": 1}}))
    assert [each.command_line for each in refused.value.choices] == ["set pdb app --max-unavailable=1 -n shop"]
    with pytest.raises(KajitoriError, match="would let no pod go"):
        await ask(world(), line({"spec": {"minAvailable": None}}))


async def test_flags_of_the_other_kind_are_refused() -> None:
    with pytest.raises(KajitoriError, match="--at-least has no meaning"):
        await ask(world(*pods(3), budget()), line({"spec": {"minAvailable": 1}}, "--at-least=2"))
