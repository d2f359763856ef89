"""One Service, one new selector: the call that gives the traffic to its pods, how it is followed, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.errors import Refused
from bot.operations.arguments import Arguments
from bot.operations.json import Object, pointer
from bot.operations.keepers import against_keepers
from bot.operations.plan import Back, Call, ContentType, Nothing, Plan, Wait
from bot.operations.reader import Reader
from bot.operations.selector_patches import selector_body
from bot.operations.services import MANAGED_BY_ROLLOUTS
from bot.operations.switches import Standing, Switch, check_standing, patch_line, read_standing
from bot.operations.workloads import seen
from bot.text import Bold, Code, Text, text

DEADLINE: Final = 180
"""Seconds for the endpoints to follow; their controller needs one or two."""
STEADY: Final = 5
"""Seconds that they must stay so: a pod that fails under its first traffic is seen."""


async def plan_switch(
    cluster: Reader, asked: Switch, arguments: Arguments, pinned: dict[str, Any], *, pause_sync: bool
) -> Plan | Nothing:
    """The plan of a switch. Raises `Refused` where the new colour cannot take the traffic.

    `pinned` are the operation's own arguments; how many pods are enough is added as the number that it means now.
    """
    if asked.after == asked.before:
        message = text(
            "{service} sends to {colour} already.", service=Code(asked.target.reference), colour=Code(asked.colour)
        )
        return Nothing(target=asked.target, message=message)
    if not asked.after:
        raise Refused(
            text("Without a selector {service} would send to nobody.", service=Code(asked.target.reference)),
            target=asked.target.title,
            next=text("Name the colour that it shall have."),
        )
    standing = await read_standing(cluster, asked, arguments)
    enough = max(1, asked.at_least if asked.at_least >= 0 else standing.serving)
    check_standing(asked, standing, enough, arguments)
    before_enough = max(1, standing.serving)
    plan = Plan(
        summary=text("Switch {service} to {colour}", service=Code(asked.target.title), colour=Bold(asked.colour)),
        steps=(switch_call(asked), _wait(asked)),
        pinned={**pinned, "at_least": enough},
        before=text("{value}", value=Code(asked.old_colour)),
        after=text("{value}", value=Bold(asked.colour)),
        note=text(
            "{available} pods of {colour} are available; {serving} get the traffic now",
            available=standing.new.available,
            colour=Code(asked.colour),
            serving=standing.serving,
        ),
        facts=(*standing.new.facts(), *standing.old.facts()),
        warnings=tuple(_warnings(asked, standing)),
        back=_back(asked, before_enough, arguments),
    )
    return await against_keepers(cluster, plan, [asked.seen], pause_sync=pause_sync)


def switch_call(asked: Switch, holding: Mapping[str, str] | None = None) -> Call:
    """The patch, on condition of everything that was decided by. `holding`: the selector that it will find, if it is
    another one than now.
    """
    managed = pointer("metadata", "annotations", MANAGED_BY_ROLLOUTS)
    found = asked.seen
    if holding is not None:
        spec = found.whole.get("spec")
        whole: Object = {**found.whole, "spec": {**(spec if isinstance(spec, dict) else {}), "selector": dict(holding)}}
        found = seen(found.target, whole)
    return Call(
        id="step-1",
        verb="patch",
        target=asked.target,
        content_type=asked.content_type,
        body=asked.body,
        uid=asked.seen.uid,
        preconditions=found.holds("/spec/selector", "/spec/type", "/spec/ports", managed),
    )


def _warnings(asked: Switch, standing: Standing) -> list[Text]:
    found: list[Text] = []
    if standing.new.available < standing.serving:
        found.append(
            text(
                "{available} pods get the traffic of {serving}.",
                available=standing.new.available,
                serving=standing.serving,
            )
        )
    if standing.new.rolling:
        found.append(
            text("{colour} is being rolled out: its pods are not all of one template.", colour=Code(asked.colour))
        )
    if asked.service.spec.cluster_ip == "None":
        found.append(text("It is headless: clients keep the addresses that they looked up."))
    return found


def _wait(asked: Switch) -> Wait:
    return Wait(
        id="step-2",
        condition="switched",
        target=asked.target,
        deadline=DEADLINE,
        steady=STEADY,
        arguments={"selector": dict(asked.after)},
    )


def _back(asked: Switch, enough: int, arguments: Arguments) -> Back:
    """The other colour, with as many pods as were enough for it before."""
    body = selector_body(asked.after, asked.before)
    other = replace(asked, body=body, content_type=ContentType.STRATEGIC)
    return Back(
        command_line=patch_line(asked.target, body, arguments, f"--at-least={enough}"),
        label=text("Back to {colour}", colour=Code(asked.old_colour)),
        calls=(switch_call(other, holding=asked.after),),
    )
