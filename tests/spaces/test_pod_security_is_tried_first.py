"""A level is tried before it is set: the pods that it would refuse are named, and what loosens needs more votes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Bug
from bot.operations.plan import Fact, Precondition
from bot.operations.pod_security import (
    LEVELS,
    Violation,
    changed,
    label_of,
    level_of,
    loosens,
    tightens,
    violations,
)
from bot.operations.probes import MODES, PodSecurityProbe
from bot.operations.ways_back import back_matches
from tests.parity.world import World
from tests.spaces.planning import ENFORCE, HEAD, VIOLATIONS, nothing, plan, refused, said, shop, space, view

SET = "podsecurity set shop"


def warned(*labels: tuple[str, str], warnings: tuple[str, ...] = ()) -> World:
    return shop(space(**dict(labels)), warnings=warnings)


async def test_it_sends_what_kubectl_label_sends() -> None:
    made = await plan(shop(), f"{SET} --enforce=restricted --warn=baseline --warn-version=v1.30")
    (call,) = made.calls
    labels = {
        ENFORCE: "restricted",
        "pod-security.kubernetes.io/warn": "baseline",
        "pod-security.kubernetes.io/warn-version": "v1.30",
    }
    assert call.body == {"metadata": {"labels": labels}}
    assert call.path == "/api/v1/namespaces/shop"
    assert call.uid == "ns-shop"
    assert (
        Precondition(pointer="/metadata/labels/pod-security.kubernetes.io~1enforce", value=None) in call.preconditions
    )


async def test_what_it_was_judged_by_is_a_fact() -> None:
    made = await plan(warned(("pod-security.kubernetes.io/audit", "baseline")), f"{SET} --enforce=baseline")
    audit = "/metadata/labels/pod-security.kubernetes.io~1audit"
    assert Fact(target=made.target, pointer=audit, value="baseline", uid="ns-shop") in made.facts
    assert len(made.facts) == 5


async def test_without_pods_that_break_it_is_an_ordinary_change() -> None:
    world = shop()
    made = await plan(world, f"{SET} --enforce=restricted")
    assert not made.destructive
    assert world.probed == [PodSecurityProbe(namespace="shop", labels={ENFORCE: "restricted"})]
    assert "Only pods that run now were tried" in said(made)


async def test_with_pods_that_break_it_needs_more_votes() -> None:
    made = await plan(shop(warnings=VIOLATIONS), f"{SET} --enforce=restricted")
    assert made.destructive
    assert "would not be taken in again: 4" in said(made)


@pytest.mark.parametrize("line", [f"{SET} --enforce=privileged", f"{SET} --enforce=none", f"{SET} --enforce=baseline"])
async def test_what_loosens_needs_more_votes(line: str) -> None:
    world = warned((ENFORCE, "restricted"))
    made = await plan(world, line)
    assert made.destructive
    assert "what it did not before" in said(made)


async def test_a_loosened_namespace_is_not_tried_where_everything_is_taken_in() -> None:
    world = warned((ENFORCE, "restricted"))
    await plan(world, f"{SET} --enforce=none")
    assert world.probed == []


async def test_the_way_back_is_the_levels_before() -> None:
    world = warned((ENFORCE, "baseline"))
    made = await plan(world, f"{SET} --enforce=restricted --warn=restricted")
    assert made.back is not None
    assert made.back.command_line == "podsecurity set shop --enforce=baseline --warn=none -n shop"
    world.send(made.calls)
    assert back_matches(made.back, (await plan(world, made.back.command_line)).calls)
    world.send((await plan(world, f"{SET} --enforce=privileged")).calls)
    assert not back_matches(made.back, (await plan(world, made.back.command_line)).calls)


async def test_a_pasted_label_goes_the_same_way() -> None:
    line = f"kubectl label namespace shop {ENFORCE}=restricted --overwrite"
    pasted, own = (
        await plan(shop(warnings=VIOLATIONS), line),
        await plan(shop(warnings=VIOLATIONS), f"{SET} --enforce=restricted"),
    )
    assert (pasted.calls, pasted.facts, pasted.back) == (own.calls, own.facts, own.back)
    assert pasted.destructive


async def test_a_pasted_label_without_overwrite_leaves_what_is_there() -> None:
    line = f"label namespace shop {ENFORCE}=restricted"
    assert "already has a value (baseline), and --overwrite is false" in await refused(
        warned((ENFORCE, "baseline")), line
    )


async def test_a_level_that_is_so_already_is_nothing_to_do() -> None:
    world = warned((ENFORCE, "baseline"))
    assert "has these levels already: enforce baseline" in await nothing(world, f"{SET} --enforce=baseline")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (SET, "No level is named"),
        (f"{SET} --enforce=strict", "must be one of privileged, baseline, restricted, not strict"),
        (f"{SET} --enforce-version=1.30", "must be latest or v1.x, not 1.30"),
        (f"{SET} --enforce=Restricted", "not Restricted"),
        ("podsecurity set none --enforce=baseline", "not found"),
        ("podsecurity check shop --level=strict", "must be one of privileged, baseline, restricted"),
        ("podsecurity check none", "not found"),
        (f"label ns shop {ENFORCE}=none", "must be one of"),
        (f"label ns shop {ENFORCE}=", "must be one of"),
        ("label ns shop pod-security.kubernetes.io/enforcing=baseline", "no label of Pod Security"),
        (f"label ns shop {ENFORCE}=baseline team=a", "no label of Pod Security"),
        (f"label ns shop {ENFORCE}-version=1", "must be latest or v1.x"),
    ],
)
async def test_bad_input_is_refused(line: str, why: str) -> None:
    assert why in await refused(shop(), line)


async def test_it_is_seen_which_pods_would_be_refused() -> None:
    seen = await view(shop(warnings=VIOLATIONS), "podsecurity check shop --level=restricted")
    assert seen.table is not None
    assert seen.table.rows == (
        ("app-1", "+2", "allowPrivilegeEscalation != false"),
        ("db-0", "", "runAsNonRoot != true"),
    )
    assert "4 pods that run now would be refused" in str(seen.lines[0])
    assert seen.actions[0].command_line == "podsecurity set shop --enforce=restricted -n shop"


async def test_other_warnings_are_shown_as_they_are() -> None:
    seen = await view(shop(warnings=("a webhook says <!channel> hello",)), "podsecurity check shop")
    assert [str(each) for each in seen.warnings] == ["a webhook says <!channel> hello"]
    assert "Every pod that runs now" in str(seen.lines[0])


async def test_where_nothing_would_be_told_nothing_is_asked() -> None:
    world = warned((ENFORCE, "restricted"))
    assert "not tried again" in str((await view(world, "podsecurity check shop")).lines[0])
    assert "takes in every pod" in str((await view(world, "podsecurity check shop --level=privileged")).lines[0])
    assert world.probed == []


async def test_all_namespaces_are_seen_with_their_levels() -> None:
    world = shop(space(), space("other", **{ENFORCE: "baseline", f"{ENFORCE}-version": "v1.30"}))
    seen = await view(world, "podsecurity")
    assert seen.table is not None
    assert seen.table.rows == (("other", "baseline:v1.30", "-", "-"), ("shop", "-", "-", "-"))
    assert "1 of 2 namespaces" in str(seen.lines[0])
    assert seen.actions[0].command_line == "podsecurity check shop --level=restricted -n shop"


async def test_who_may_not_see_namespaces_is_refused() -> None:
    assert "may not" in await refused(shop(forbidden=frozenset({"Namespace"})), "podsecurity")


def test_a_probe_has_no_other_labels() -> None:
    with pytest.raises(Bug):
        _ = PodSecurityProbe(namespace="shop", labels={"team": "a"}).call


def test_what_is_no_line_of_the_plugin_is_no_pod() -> None:
    assert violations(("app-1: because",)) == ()
    assert violations((HEAD, "nothing of the kind")) == ()
    assert violations((HEAD, "a (and 1 other pod): x (y), z")) == (Violation(pod="a", others=1, why="x (y), z"),)


def test_a_level_that_is_none_counts_as_the_strictest() -> None:
    assert level_of({ENFORCE: "stricter"}, "enforce") == "restricted"
    assert level_of({}, "enforce") == "privileged"


LABELS = st.dictionaries(st.sampled_from([label_of(mode) for mode in MODES]), st.sampled_from(LEVELS))


@given(before=LABELS, after=LABELS)
def test_what_does_not_loosen_is_as_strict_in_each_mode(before: dict[str, str], after: dict[str, str]) -> None:
    stricter = all(LEVELS.index(level_of(after, mode)) >= LEVELS.index(level_of(before, mode)) for mode in MODES)
    assert loosens(before, after) is not stricter
    if level_of(after, "enforce") not in (level_of(before, "enforce"), "privileged"):
        assert tightens(before, after)


def test_another_version_than_the_latest_loosens() -> None:
    before = {ENFORCE: "restricted"}
    assert loosens(before, changed(before, {f"{ENFORCE}-version": "v1.25"}))
    assert not loosens({**before, f"{ENFORCE}-version": "v1.25"}, before)
