"""A Rollout in one line: its light, where it stands, and the one thing that is likely next."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from bot.errors import NotFound, Refused
from bot.operations.argo.kinds import ROLLOUT
from bot.operations.argo.progress import holding, pause_ends
from bot.operations.argo.rollout import DEGRADED, HEALTHY, PAUSED, Seen, phase_of, seen, where
from bot.operations.argo.views import next_actions
from bot.operations.json import Object, resolve
from bot.operations.kinds import Target
from bot.operations.lights import BLUE, GREEN, RED, YELLOW
from bot.operations.reader import Reader
from bot.operations.view import Action
from bot.text import Code, Text, text


async def read_rollouts(cluster: Reader, namespace: str) -> list[Seen]:
    """Those of a namespace; none where the cluster has no such kind, or the person may not list it.

    What is no Rollout as we know them is left out. Raises `Unavailable`.
    """
    try:
        found = await cluster.list(ROLLOUT, namespace, Object)
    except (NotFound, Refused):
        return []
    return [each for each in map(_seen, found) if each is not None]


def _seen(whole: Object) -> Seen | None:
    name, namespace = (str(resolve(whole, f"/metadata/{each}") or "") for each in ("name", "namespace"))
    try:
        return seen(Target(kind=ROLLOUT, name=name, namespace=namespace), whole)
    except msgspec.ValidationError:
        return None


def light_of(found: Seen) -> str:
    """Its phase as a light. A pause is no illness, but nobody else ends it."""
    phase, _ = phase_of(found)
    if phase == DEGRADED or found.invalid:
        return RED
    return {HEALTHY: GREEN, PAUSED: BLUE}.get(phase, YELLOW)


def stands(found: Seen) -> Text | None:
    """Where it stands; nothing where all is done and well."""
    phase, _ = phase_of(found)
    if phase == HEALTHY:
        return None
    if found.live.status.abort:
        return text("aborted")
    if found.live.spec.paused:
        return text("paused by hand")
    if found.step is not None and not found.promoted:
        return text("{phase} at {where}", phase=phase, where=where(found))
    return text("{phase}", phase=phase)


def taking(found: Seen) -> Text:
    """How one stands that takes its template from the workload which was asked about."""
    phase, _ = phase_of(found)
    waits = phase == PAUSED and not found.live.spec.paused and not found.promoted
    state = holding(found, pause_ends(found)) if waits else stands(found) or text("healthy")
    return text("{rollout} takes its template from it: {state}", rollout=Code(found.target.reference), state=state)


def likely_next(found: Seen, line: Callable[..., str]) -> Action:
    """What is pressed first: the promotion of what waits, the way back of what fails, else how it stands."""
    actions = next_actions(found, line)
    wanted = {"promote", "undo", "resume"}
    if light_of(found) == RED and not found.promoted:
        wanted.add("abort")
    status = Action(label=text("Status"), command_line=line("argo", "rollouts", "status", found.target.name))
    return next((each for each in actions if each.command_line.split()[2] in wanted), status)
