"""Variables change one by one; what they were is neither shown nor written anywhere, and secrets are not taken."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import KajitoriError
from bot.operations.patches import apply_patch
from bot.operations.plan import Plan
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan
from tests.parity.world import World, recorded

GOLDEN = recorded("kubectl-set-env")
LEVEL = {"name": "LEVEL", "value": "info"}
SECRET = {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}


def world(*env: dict[str, Any], init: bool = False) -> World:
    made = GOLDEN.world()
    pod = made.objects[0]["spec"]["template"]["spec"]
    pod["containers"][0]["env"] = [*env]
    if init:
        pod["initContainers"] = [{"name": "first", "image": "first:v1"}]
    return made


async def planned(made: World, words: str) -> Plan:
    return await plan(made, f"set env deployment/app {words} -n {GOLDEN.namespace}")


async def body(made: World, words: str) -> Any:
    (call,) = (await planned(made, words)).calls
    return call.body["spec"]["template"]["spec"]["containers"][0]  # type: ignore[call-overload, index]


async def refusal(words: str) -> str:
    with pytest.raises(KajitoriError) as refused:
        await ask(world(LEVEL), f"set env deployment/app {words} -n {GOLDEN.namespace}")
    return str(refused.value)


@pytest.mark.parametrize(
    ("env", "words", "order", "changed"),
    [
        ([LEVEL, SECRET], "LEVEL=debug", ["LEVEL", "DB"], [{"name": "LEVEL", "value": "debug"}]),
        ([LEVEL], "MORE=1", ["LEVEL", "MORE"], [{"name": "MORE", "value": "1"}]),
        ([LEVEL, SECRET], "LEVEL-", ["DB"], [{"$patch": "delete", "name": "LEVEL"}]),
        ([SECRET], "DB=none", ["DB"], [{"name": "DB", "value": "none", "valueFrom": None}]),
        ([LEVEL], "LEVEL- MORE=1", ["MORE"], [{"$patch": "delete", "name": "LEVEL"}, {"name": "MORE", "value": "1"}]),
        ([LEVEL], "LEVEL=", ["LEVEL"], [{"name": "LEVEL", "value": ""}]),
        ([LEVEL], "LEVEL=a=b", ["LEVEL"], [{"name": "LEVEL", "value": "a=b"}]),
    ],
)
async def test_the_patch_names_what_changes_and_the_order_of_all(
    env: list[dict[str, Any]], words: str, order: list[str], changed: list[dict[str, Any]]
) -> None:
    found = await body(world(*env), words)
    assert found == {"name": "app", "$setElementOrder/env": [{"name": name} for name in order], "env": changed}


async def test_what_it_leaves_is_what_was_asked_for() -> None:
    made = world(LEVEL, SECRET)
    (call,) = (await planned(made, "LEVEL- MORE=1")).calls
    after: Any = apply_patch(call.body, call.content_type, made.objects[0])
    assert after["spec"]["template"]["spec"]["containers"][0]["env"] == [SECRET, {"name": "MORE", "value": "1"}]


async def test_all_containers_and_one_of_them() -> None:
    spec: Any = (await planned(world(init=True), "A=1")).calls[0].body
    assert [*spec["spec"]["template"]["spec"]] == [
        "$setElementOrder/containers",
        "containers",
        "$setElementOrder/initContainers",
        "initContainers",
    ]
    spec = (await planned(world(init=True), "A=1 -c first")).calls[0].body
    assert "containers" not in spec["spec"]["template"]["spec"]


async def test_names_of_all_and_values_of_those_that_are_written_are_conditions_and_no_other_value_is_kept() -> None:
    (call,) = (await planned(world(LEVEL, {"name": "OTHER", "value": "private"}), "LEVEL=debug")).calls
    at = "/spec/template/spec/containers/0/env"
    assert {each.pointer: each.value for each in call.preconditions if "/env" in each.pointer} == {
        f"{at}/0/name": "LEVEL",
        f"{at}/1/name": "OTHER",
        f"{at}/2/name": None,
        f"{at}/0/value": "info",
        f"{at}/0/valueFrom": None,
    }
    assert "private" not in repr(call)


async def test_no_value_that_was_there_is_said() -> None:
    made = await planned(world({"name": "LEVEL", "value": "private"}), "LEVEL=debug")
    assert str(made.after) == "LEVEL=debug"
    assert "private" not in " ".join(map(str, (made.summary, made.before, made.after, made.note, *made.warnings)))


async def test_already_so_is_nothing_to_do_and_pinned_is_the_same() -> None:
    line = f"set env deployment/app LEVEL=info -n {GOLDEN.namespace}"
    assert "has these variables already" in str((await nothing(world(LEVEL), line)).message)
    assert "has these variables already" in str((await nothing(world(), line.replace("=info", "-"))).message)
    made = world(LEVEL)
    first = await planned(made, "LEVEL=debug")
    second = await again(made, REGISTRY["set env"], first)
    assert isinstance(second, Plan)
    assert digest_of(second, "e") == digest_of(first, "e")
    made.send(first.calls)
    assert not isinstance(await again(made, REGISTRY["set env"], first), Plan)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "at least one environment variable must be provided"),
        ("=debug", "is no variable with a value"),
        ("1A=debug", "is no variable with a value"),
        ("A=1 A=2", "A is given twice."),
        ("A=1 A-", "A is given twice."),
        ("A=1 -c nosuch", "unable to find container named nosuch"),
        ("DB_PASSWORD=x", "DB_PASSWORD looks like a secret"),
        ("api-token=x", "looks like a secret"),
        ("URL=https://me:word@example.com", "URL looks like a secret"),
        ("A=1 --dry-run=server", "Every change is tried"),
        ("A=1 --from=secret/db", "--from"),
    ],
)
async def test_refusals(words: str, why: str) -> None:
    told = await refusal(words)
    assert why in told
    assert "word@" not in told


async def test_a_secret_can_be_taken_away() -> None:
    found = await body(world({"name": "DB_PASSWORD", "value": "x"}), "DB_PASSWORD-")
    assert found["env"] == [{"$patch": "delete", "name": "DB_PASSWORD"}]


async def test_a_variable_that_is_there_twice_is_not_guessed_at() -> None:
    with pytest.raises(KajitoriError, match="app has a variable twice"):
        await planned(world(LEVEL, LEVEL), "LEVEL=debug")
