"""A drain's cards: each pod while it goes, what is gone and what stays at the end, and the bound that is voted on."""

from __future__ import annotations

import msgspec
import pytest

from bot.operations.evict import Evict, Holder, Member, Rule
from bot.operations.kinds import NODE, Target
from bot.operations.plan import Back, Call, ContentType, Impact, Plan
from bot.operations.progress import Progress
from bot.requests.engine.moves import StepState
from bot.requests.shown import Shown, StepShown
from bot.requests.states import State
from bot.slack.cards.card import card
from bot.slack.modals import views
from bot.text import Code, text
from tests.cards.reading import problems, words
from tests.cards.requests_shown import shown

TARGET = Target(kind=NODE, name="node-a")
CORDON = Call(
    id="step-1",
    verb="patch",
    target=TARGET,
    content_type=ContentType.STRATEGIC,
    body={"spec": {"unschedulable": True}},
    effect=text("cordon {node}", node=Code("node-a")),
)
HOLDERS = tuple(Holder(namespace="shop", kind="ReplicaSet", name=f"app-{n}", uid=f"h{n}") for n in range(60))
MEMBERS = tuple(Member(namespace="shop", name=f"app-{n}", uid=f"u{n}", holder=f"h{n}") for n in range(60))
EVICT = Evict(id="step-2", target=TARGET, uid="n", rule=Rule(force=True), most=72, holders=HOLDERS, expected=MEMBERS)
DRAIN = Plan(
    summary=text("Drain {node}", node=Code("node-a")),
    steps=(CORDON, EVICT),
    pinned={},
    impact=Impact(pods=60, unavailable=60, seconds=30, fate="evicted"),
    back=Back(command_line="uncordon node-a", label=text("Uncordon"), calls=(CORDON,)),
)


def drain(state: State, **changes: object) -> Shown:
    return shown(state, plan=DRAIN, **changes)


def progress(count: int, name: str = "app") -> Progress:
    lines = tuple(text("{pod}: {state}", pod=Code(f"shop/{name}-{n}"), state="x" * 400) for n in range(count))
    return Progress(ready=0, total=60, message=text("{gone} of {total} pods gone", gone=0, total=60), details=lines)


def test_while_it_runs_each_pod_has_its_line_and_it_can_be_stopped_in_two_ways() -> None:
    said = words(card(drain(State.EXECUTING, progress=progress(3)), "en").blocks)
    assert all(f"• shop/app-{n}: " in said for n in range(3))
    assert "Stop & go back" in said
    assert "Stop, keep cordoned" in said
    assert "Logs" not in said


def test_stopping_in_the_middle_names_steps_pods_and_both_commands() -> None:
    steps = (
        StepShown(id="step-1", how="", state=StepState.DONE),
        StepShown(id="step-2", how="", state=StepState.FAILED),
    )
    said = words(card(drain(State.PARTLY_DONE, progress=progress(2), steps=steps, calls=1), "en").blocks)
    for each in ("✔️ cordon node-a", "✖️ evict the pods of node-a", "• shop/app-0: ", "The way back: uncordon node-a"):
        assert each in said


@pytest.mark.parametrize("state", [State.EXECUTING, State.PARTLY_DONE, State.FAILED, State.SUCCEEDED, State.WAITING])
def test_the_fullest_node_still_fits(state: State) -> None:
    assert problems(card(drain(state, progress=progress(18)), "en")) == []


def test_the_vote_shows_rule_bound_owners_and_the_pods_of_now() -> None:
    view = views.approve(drain(State.WAITING), "en")
    assert problems(view) == []
    said = words(view)
    assert "72 at most, of these owners only" in said
    assert "shop/replicaset/app-0" in said
    assert "… and 40 more owners" in said
    assert '"force": true' in said
    assert "POST /api/v1/namespaces/shop/pods/app-0/eviction" in said
    assert "… and 40 more calls" in said


def test_only_evictions_on_a_cordoned_node_is_nothing_sent_until_one_may_have_been() -> None:
    alone = msgspec.structs.replace(DRAIN, steps=(EVICT,), back=None)
    begun = StepShown(id="step-2", how="", state=StepState.FAILED)
    nothing = shown(State.FAILED, plan=alone, steps=(begun,), calls=0)
    assert "Nothing was sent." in words(card(nothing, "en").blocks)
    one = StepShown(id="step-2-1", how="", state=StepState.FAILED)
    assert "Nothing took effect." in words(card(msgspec.structs.replace(nothing, steps=(begun, one)), "en").blocks)
    gone = StepShown(id="step-2-1", how="", state=StepState.DONE)
    assert "Nothing" not in words(card(msgspec.structs.replace(nothing, steps=(begun, gone), calls=1), "en").blocks)
