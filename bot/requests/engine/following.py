"""Following a wait of the plan to its end, or until somebody asks to stop."""

from __future__ import annotations

import asyncio

from bot.errors import KajitoriError, Unavailable
from bot.execution.waits import follow_wait
from bot.operations.plan import Wait
from bot.operations.standing import tied
from bot.requests.engine.holding import Held
from bot.requests.engine.moves import StepState
from bot.requests.engine.pulse import Pulse
from bot.requests.engine.results import templates_left
from bot.requests.engine.settling import begin, finish, settle_step, show_progress
from bot.requests.engine.standing import Standing
from bot.requests.states import State
from bot.store.errors import LeaseLost
from bot.store.steps import intend
from bot.text import Text, text


async def start_wait(held: Held, standing: Standing, wait: Wait) -> None:
    """Store that it is followed from now on."""
    services, case = held.services, standing.case
    await begin(held, case)
    async with services.database.transaction() as tx:
        now = services.clock.now()
        await intend(tx, held.lease, case.version.version, wait.id, sent_at=now)


async def follow_step(held: Held, standing: Standing, wait: Wait) -> bool:
    """Watch until the wait ends, or somebody asks to stop; whether the attempt is over."""
    services, case = held.services, standing.case
    started = standing.steps[wait.id].sent_at or services.clock.now()
    shown = Pulse(held, case)
    wait = tied(wait, case.version.plan, templates_left(standing.steps))
    following = asyncio.create_task(
        follow_wait(case.cluster.bot, wait, clock=services.clock, started=started, report=shown.report),
        name=f"follow R-{case.request.id}",
    )
    stopped = asyncio.create_task(held.cancelled.wait(), name=f"stop R-{case.request.id}")
    try:
        await asyncio.wait({following, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            progress = following.result()
            await held.renew()  # it may be the end of a way back that was taken while this one ran
        if held.cancelled.is_set():
            await finish(held, case, State.HALTED, _stopped(standing))
            return True
    except Unavailable:
        raise
    except KajitoriError as error:
        if isinstance(error, LeaseLost):
            raise
        await settle_step(held, case, wait.id, StepState.UNKNOWN, error.what)
        return False
    finally:
        for task in (following, stopped):
            task.cancel()
        await asyncio.gather(following, stopped, return_exceptions=True)
    await show_progress(held, case, progress)
    state = StepState.FAILED if progress.failed is not None else StepState.DONE
    await settle_step(held, case, wait.id, state, progress.failed)
    services.point("followed")
    return False


def _stopped(standing: Standing) -> Text:
    if all(call.id in standing.steps for call in standing.case.version.plan.calls):
        return text("Following was stopped; what was sent has taken effect.")
    return text("It was stopped here: what was sent has taken effect, and nothing more is sent.")
