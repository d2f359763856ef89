"""`kajitori exec --local "…"`: a change from here, planned, confirmed by typing, journalled, sent once, followed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from bot.clock import SystemTokens
from bot.commandline.grammar import Parsed
from bot.errors import Refused
from bot.execution.calls import Outcome, Sending, Sent, read_back, send_call
from bot.execution.envelope import audit_id_of
from bot.execution.readback import Effect
from bot.operations.operation import Operation
from bot.operations.plan import Call, Evict, Nothing, Plan, Step, Wait
from bot.operations.standing import tied
from bot.requests.drift import drift
from bot.requests.engine.moves import SETTLED, Finish, Start, StepState, next_move
from bot.requests.engine.remaining import moved_since
from bot.requests.planning import Planned, draw, pinned_arguments, plan_change
from bot.requests.states import State
from bot.settings import load_settings
from bot.terminal.errors import Exit
from bot.terminal.evicting import INSTANCE, Evicting
from bot.terminal.following import show_wait
from bot.terminal.guards import check_policy, check_terminal, check_unguarded
from bot.terminal.hiding import hidden
from bot.terminal.journal import Journal, JournalLedger
from bot.terminal.lines import the_registry
from bot.terminal.places import Place
from bot.terminal.plan import TIMEOUT
from bot.terminal.plan_document import plan_document
from bot.terminal.plan_text import show_plan
from bot.terminal.screen import Screen
from bot.text import Code, Text, text

BEYOND = 1 << 40
"""Runs from here are numbered from here up, by chance, so that no field manager of ours is ever that of a request."""


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One confirmed change on its way."""

    place: Place
    plan: Plan
    number: int
    journal: Journal
    screen: Screen
    records: dict[str, StepState] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


async def change_locally(place: Place, parsed: Parsed, screen: Screen) -> Exit:
    """The whole of it. Raises `Refused` before anything is sent; afterwards the exit code says how it ended."""
    check_unguarded(place)
    check_terminal(screen)
    clock = place.acting.clock
    planned = await plan_change(
        place.acting, parsed.operation, place.filled(parsed.arguments, parsed.operation), timeout=TIMEOUT
    )
    if isinstance(planned, Nothing):
        screen.say(planned.message)
        return Exit.DONE
    check_policy(place, planned.plan, parsed.operation, registry=the_registry(), clock=clock)
    show_plan(screen, planned, plan_document(planned, parsed.operation, screen=screen, hide=hidden))
    _confirm(place, planned, screen)
    await _check_still(place, planned, parsed.operation)
    tokens = SystemTokens()
    number = BEYOND + int(tokens.hex(5), 16)
    journal = Journal(load_settings().data, run=f"{INSTANCE}.{number}", clock=clock)
    journal.write(
        "confirmed",
        cluster=place.acting.name,
        operation=parsed.operation.name,
        digest=planned.digest,
        target=str(planned.plan.target),
    )
    return await _perform(_Run(place=place, plan=planned.plan, number=number, journal=journal, screen=screen))


def _confirm(place: Place, planned: Planned, screen: Screen) -> None:
    """The name has to be typed: a habit types `y`."""
    name = planned.plan.target.name
    screen.aside(
        text(
            "This changes {cluster} now, and nobody else has agreed. Type {name} to go on:",
            cluster=Code(place.acting.name),
            name=Code(name),
        )
    )
    if sys.stdin.readline().strip() != name:
        raise Refused(
            text("Not confirmed; nothing was sent."),
            next=text("Run the command again and type {name}.", name=Code(name)),
        )


async def _check_still(place: Place, planned: Planned, operation: Operation) -> None:
    """Between showing and typing the world may have moved."""
    fresh = await draw(place.acting, operation, pinned_arguments(operation, planned.plan))
    if isinstance(fresh, Nothing):
        raise Refused(fresh.message, next=text("Nothing was sent."))
    differs = drift(planned.plan, fresh)
    if differs:
        raise Refused(
            text("It is no longer as it was shown; nothing was sent."),
            why=text("{difference}.", difference=differs[0]),
            next=text("Run the command again."),
        )


async def _perform(run: _Run) -> Exit:
    """Do what the records say is next, until nothing is."""
    while True:
        move = next_move(run.plan, run.records)
        if isinstance(move, Finish):
            return _finish(run, move.state)
        step = move.step
        if isinstance(move, Start) and move.new_group and (why := await _moved(run, step)) is not None:
            run.screen.aside(why)
            run.records[step.id] = StepState.FAILED
        else:
            run.records[step.id] = await _do(run, step)
        run.journal.write("outcome", step=step.id, state=str(run.records[step.id]))


async def _moved(run: _Run, step: Step) -> Text | None:
    """Why a later group is not begun: what it rests on is no longer as it was shown."""
    if isinstance(step, Wait) or not SETTLED.intersection(run.records.values()):
        return None
    acting = run.place.acting
    changed = await moved_since(
        acting.client, run.plan, run.records, step.group, watcher=acting.client, clock=acting.clock
    )
    return changed[0] if changed else None


async def _do(run: _Run, step: Step) -> StepState:
    match step:
        case Call():
            return await _send(run, step)
        case Evict():
            evicting = Evicting(run.place.acting, run.number, run.journal, run.screen, run.records)
            return await evicting.run(step)
        case Wait():
            return await _wait(run, step)


async def _send(run: _Run, call: Call) -> StepState:
    sending = Sending(request=run.number, audit_id=audit_id_of(INSTANCE, run.number, call.id, 1), timeout=TIMEOUT)
    outcome = await send_call(run.place.acting.client, call, sending, JournalLedger(run.journal))
    if outcome.sent is Sent.UNKNOWN:
        return await _look_back(run, call, sending)
    _tell(run, call, outcome)
    run.left[call.id] = outcome.template
    return {Sent.DONE: StepState.DONE, Sent.ALREADY: StepState.ALREADY}.get(outcome.sent, StepState.FAILED)


async def _look_back(run: _Run, call: Call, sending: Sending) -> StepState:
    """There was no answer. After the API server's own limit nothing of it can land any more: then it is looked up."""
    acting = run.place.acting
    run.screen.aside(text("There was no answer; looking whether it took effect."))
    await acting.clock.sleep(float(sending.timeout))
    effect, run.left[call.id] = await read_back(acting.client, call, sending)
    run.screen.aside(text("{path}: {effect}", path=Code(call.path), effect=Code(str(effect))))
    return {
        Effect.OURS: StepState.DONE,
        Effect.ALREADY: StepState.ALREADY,
        Effect.NOT_DONE: StepState.FAILED,
    }.get(effect, StepState.UNKNOWN)


async def _wait(run: _Run, wait: Wait) -> StepState:
    progress = await show_wait(run.place.acting, tied(wait, run.plan, run.left), run.screen)
    return StepState.DONE if progress.done else StepState.FAILED


def _tell(run: _Run, call: Call, outcome: Outcome) -> None:
    run.screen.aside(
        text("{method} {path}: {how}", method=Code(call.method), path=Code(call.path), how=Code(str(outcome.sent)))
    )
    if outcome.reason is not None:
        run.screen.aside(text("{why}", why=outcome.reason), indent=2)


def _finish(run: _Run, state: State) -> Exit:
    run.journal.write("ended", state=str(state))
    if state is State.SUCCEEDED:
        run.screen.say(text("Done."), style="bold green")
    elif state is State.NEEDS_ATTENTION:
        run.screen.aside(text("It is not known whether it took effect. Look before anything else."), style="bold red")
    else:
        run.screen.aside(text("Not finished: {state}.", state=Code(str(state))), style="bold red")
    done = [name for name, state in run.records.items() if state is StepState.DONE]
    back = run.plan.way_back(done)
    if back is not None and done:
        run.screen.say(text("back: {command}", command=Code(f'kajitori exec --local "{back.command_line}"')))
    return {State.SUCCEEDED: Exit.DONE, State.NEEDS_ATTENTION: Exit.UNKNOWN}.get(state, Exit.FAILED)
