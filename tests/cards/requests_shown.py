"""Requests as cards are shown them: a test states only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.patches import Change
from bot.operations.plan import Back, Call, ContentType, Impact, Plan, Precondition, Wait
from bot.operations.progress import Progress
from bot.policy.decision import Decision, Voters
from bot.requests.engine.moves import StepState
from bot.requests.shown import Ballot, Shown, StepShown
from bot.requests.states import State
from bot.text import Code, GroupMention, Mention, text

NOW = datetime(2026, 3, 1, 18, 2, tzinfo=UTC)
ALICE = Mention("U0ALICE", "alice")
BOB = Mention("U0BOB", "bob")
CAROL = Mention("U0CAROL", "carol")
SRE = GroupMention("S0SRE", "sre-oncall")
APP = Target(kind=DEPLOYMENT, name="app", namespace="shop")
PATCH = Call(
    id="undo",
    verb="patch",
    target=APP,
    content_type=ContentType.STRATEGIC,
    body={"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "shop/app:v2.4.0"}]}}}},
    uid="u-1",
    preconditions=(Precondition(pointer="/spec/template", value={}),),
    effect=text("{target} gets the template of revision 7", target=Code("shop/app")),
)
PLAN = Plan(
    summary=text("Roll back {target}", target=Code("shop/app")),
    steps=(PATCH, Wait(id="rolled-out", condition="rolled-out", target=APP)),
    pinned={"targets": ["deployment/app"]},
    before=text("{version}", version=Code("v2.4.1")),
    after=text("{version}", version=Code("v2.4.0")),
    note=text("healthy for 3 days"),
    impact=Impact(pods=10, unavailable=1, seconds=90),
    warnings=(text("Argo CD will revert this: auto-sync is on"),),
    back=Back(
        command_line="rollout undo deployment/app", label=text("Back to {version}", version="v2.4.1"), calls=(PATCH,)
    ),
)
DECISION = Decision(
    approvals=1,
    circles=(Voters(teams=frozenset({"sre"})),),
    expires=timedelta(minutes=20),
    back_window=timedelta(minutes=30),
    rule="production",
    why=text("The rule {rule} decides.", rule="production"),
)


def shown(state: State = State.WAITING, **changes: Any) -> Shown:
    """One rollback, asked by alice, as it looks in a state. Without calls, no step was begun."""
    if changes.get("calls") == 0:
        changes.setdefault("steps", ())
    usual = Shown(
        number=142,
        state=state,
        mark=f"142.1.{state.value}",
        operation="rollout undo",
        command_line="rollout undo deployment/app",
        cluster="PROD tokyo",
        namespace="shop",
        environment="production",
        production=True,
        requester=ALICE,
        reason="5xx since 03:02",
        created_at=NOW,
        locale="en",
        channel="C0SHOP",
        plan=PLAN,
        plan_version=1,
        digest="9f" * 32,
        changes=(
            Change(pointer="/spec/template/spec/containers/0/image", before="shop/app:v2.4.1", after="shop/app:v2.4.0"),
        ),
        decision=DECISION,
        policy_version="p-7",
        may_vote=(BOB, CAROL),
        group=SRE,
        expires_at=NOW + timedelta(minutes=20),
        **_EXTRA.get(state, {}),
    )
    if state is State.WAITING:
        usual = msgspec.structs.replace(usual, missing=1)
    return msgspec.structs.replace(usual, **changes)


_APPROVED: dict[str, Any] = {"ballots": (Ballot(voter=BOB, approve=True, reason="", at=NOW + timedelta(minutes=5)),)}
_SENT: dict[str, Any] = {
    **_APPROVED,
    "calls": 1,
    "progress": Progress(ready=7, total=10, message=text("{ready} of {total} updated", ready=7, total=10)),
    "steps": (StepShown(id="undo", how="dry-run", state=StepState.DONE),),
}
_ENDED: dict[str, Any] = {**_SENT, "ended_at": NOW + timedelta(minutes=7), "seconds": 87}
_EXTRA: dict[State, dict[str, Any]] = {
    State.APPROVED: _APPROVED,
    State.EXECUTING: _SENT,
    State.SUCCEEDED: {**_ENDED, "back_until": NOW + timedelta(minutes=37)},
    State.FAILED: {**_ENDED, "problem": text("{pod} does not start", pod=Code("app-7f"))},
    State.PARTLY_DONE: {**_ENDED, "problem": text("{pod} does not start", pod=Code("app-7f"))},
    State.NEEDS_ATTENTION: {
        **_SENT,
        "problem": text("The API server did not answer."),
        "steps": (StepShown(id="undo", how="dry-run", state=StepState.UNKNOWN),),
    },
    State.REJECTED: {"ballots": (Ballot(voter=BOB, approve=False, reason="not now", at=NOW),)},
}
