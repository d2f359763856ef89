"""An attempt killed anywhere goes on where its records say, and never begins a step twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.operations.evict import Rule
from bot.operations.kinds import DEPLOYMENT, NODE, Target
from bot.operations.plan import Call, Evict, Plan, Wait
from bot.requests.engine.moves import Finish, Follow, ReadBack, Start, StepState, next_move
from bot.requests.states import State
from bot.text import text


def call(name: str, group: int = 0) -> Call:
    return Call(id=name, verb="patch", target=Target(kind=DEPLOYMENT, name=name, namespace="shop"), group=group)


def wait(name: str, group: int = 1) -> Wait:
    target = Target(kind=DEPLOYMENT, name=name, namespace="shop")
    return Wait(id=name, condition="rolled-out", target=target, group=group)


def plan(*steps: Call | Evict | Wait) -> Plan:
    return Plan(summary=text("Roll back"), steps=steps, pinned={})


TWO = plan(call("a"), call("b"), wait("w"))


def test_a_fresh_attempt_begins_with_the_first_step_of_the_first_group() -> None:
    assert next_move(TWO, {}) == Start(step=TWO.steps[0], new_group=True)
    assert next_move(TWO, {"a": StepState.DONE}) == Start(step=TWO.steps[1], new_group=False)


def test_a_stored_intent_without_an_outcome_is_read_back_and_not_sent() -> None:
    assert next_move(TWO, {"a": StepState.INTENDED}) == ReadBack(step=call("a"))


def test_a_wait_that_was_begun_is_followed_again() -> None:
    records = {"a": StepState.DONE, "b": StepState.ALREADY, "w": StepState.INTENDED}
    assert next_move(TWO, records) == Follow(step=wait("w"))


def test_an_unknown_outcome_stops_everything_for_a_person() -> None:
    assert next_move(TWO, {"a": StepState.UNKNOWN}) == Finish(state=State.NEEDS_ATTENTION)


def test_a_refusal_after_an_effect_is_partly_done_and_before_any_effect_failed() -> None:
    assert next_move(TWO, {"a": StepState.DONE, "b": StepState.FAILED}) == Finish(state=State.PARTLY_DONE)
    assert next_move(TWO, {"a": StepState.FAILED}) == Finish(state=State.FAILED)


def test_a_failed_wait_after_all_calls_is_a_failure_not_a_part() -> None:
    records = {"a": StepState.DONE, "b": StepState.DONE, "w": StepState.FAILED}
    assert next_move(TWO, records) == Finish(state=State.FAILED)


EVICT = Evict(id="e", target=Target(kind=NODE, name="node-a"), uid="n", rule=Rule(), most=2)
DRAIN = plan(call("c"), EVICT)


def test_evictions_begin_after_the_cordon_in_the_same_group() -> None:
    assert next_move(DRAIN, {}) == Start(step=call("c"), new_group=True)
    assert next_move(DRAIN, {"c": StepState.DONE}) == Start(step=EVICT, new_group=False)


def test_evictions_whose_members_are_stored_are_gone_on_with() -> None:
    records = {"c": StepState.DONE, "e": StepState.INTENDED, "e-1": StepState.DONE, "e-2": StepState.INTENDED}
    assert next_move(DRAIN, records) == Follow(step=EVICT)


def test_evictions_that_are_given_up_after_the_cordon_are_a_part() -> None:
    records = {"c": StepState.DONE, "e": StepState.FAILED}
    assert next_move(DRAIN, records) == Finish(state=State.PARTLY_DONE)


def test_on_a_node_that_was_cordoned_before_one_eviction_makes_it_a_part_and_none_a_failure() -> None:
    alone = plan(EVICT)
    assert next_move(alone, {"e": StepState.FAILED}) == Finish(state=State.FAILED)
    assert next_move(alone, {"e": StepState.FAILED, "e-1": StepState.FAILED}) == Finish(state=State.FAILED)
    some = {"e": StepState.FAILED, "e-1": StepState.DONE, "e-2": StepState.FAILED}
    assert next_move(alone, some) == Finish(state=State.PARTLY_DONE)


@given(st.dictionaries(st.sampled_from(["a", "b", "w"]), st.sampled_from(list(StepState))))
def test_a_settled_step_is_never_begun_again(records: dict[str, StepState]) -> None:
    move = next_move(TWO, records)
    if isinstance(move, Start):
        assert move.step.id not in records
    if isinstance(move, ReadBack | Follow):
        assert records[move.step.id] is StepState.INTENDED


@given(st.permutations(["a", "b", "w"]))
def test_the_order_of_the_groups_decides_not_the_order_of_writing(order: list[str]) -> None:
    steps = {"a": call("a"), "b": call("b"), "w": wait("w")}
    move = next_move(plan(*(steps[name] for name in order)), {})
    assert isinstance(move, Start)
    assert move.step.id != "w"
