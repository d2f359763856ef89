"""The plans of a canary: it is started, gets another weight, is promoted or aborted; with the way back of each."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from bot.errors import Refused
from bot.operations.arguments import Arguments
from bot.operations.canaries import (
    OF,
    TOTAL,
    TRACK,
    Pair,
    canary_body,
    canary_labels,
    canary_template,
    claims,
    share,
)
from bot.operations.canary_steps import (
    calls_of,
    impact_of_numbers,
    numbered,
    old_and_new,
    scaled,
    served,
    shared_with,
    steps_to,
)
from bot.operations.conditions.weights import Weighed
from bot.operations.images import Fields, container_call
from bot.operations.json import pointer, resolve
from bot.operations.patches import add, replace
from bot.operations.plan import Back, Bound, Call, ContentType, Fact, Impact, Plan, Precondition, Step
from bot.operations.rollouts import impact_of, wait_for_roll_out
from bot.operations.selectors import selects
from bot.operations.template_changes import after_call
from bot.operations.templates import also_changed, before_and_after, images, split_image
from bot.operations.workloads import Seen, command_line, seen
from bot.text import Bold, Code, Text, text

CREATE: Final = "create"


def weight_plan(pair: Pair, total: int, pods: int, arguments: Arguments, pinned: dict[str, Any]) -> Plan | None:
    """So many pods of the total for the canary; `None` where it is so."""
    steps = steps_to(pair, total - pods, pods)
    if not steps:
        return None
    impact = impact_of_numbers(pair, total - pods, pods)
    return Plan(
        summary=text("Change the weight of {canary}", canary=Code(pair.canary_target.title)),
        steps=steps,
        pinned=pinned,
        before=text("{value}", value=share(pair.pods, pair.total)),
        after=text("{value}", value=_bold(pods, total)),
        facts=pair.facts(),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=tuple(_total_warnings(pair, total)),
        back=_back_to(pair, pair.with_numbers(total - pods, pods), arguments),
    )


def start_plan(pair: Pair, wanted: dict[str, str], pods: int, arguments: Arguments, pinned: dict[str, Any]) -> Plan:
    """The canary made, or an empty one used again; then as many stable pods fewer."""
    call = _made(pair, wanted, pods)
    made = _after_made(pair, call)
    grown = msgspec.structs.replace(call, group=0)
    steps: list[Step] = [grown]
    wait = wait_for_roll_out(made.running, 0)
    rest = pair.total - pods
    beside = old_and_new(pair.total, pods)
    if wait is not None:
        steps.append(msgspec.structs.replace(shared_with(wait, beside[True]), group=1))
    steps += served(made, pods, beside[True], canary=True, group=1)
    steps += scaled(made, [(made.stable, rest)], group=2, beside=beside)
    after = made.with_numbers(rest, pods)
    words = ("canary", "abort", pair.stable.target.reference, f"--canary={pair.canary_target.name}")
    return Plan(
        summary=text("Start a canary of {stable}", stable=Code(pair.stable.target.title)),
        steps=numbered(steps),
        pinned=pinned,
        before=text("{value}", value=Code(_short(images(pair.stable.template), wanted))),
        after=text("{image} on {share}", image=Bold(_short(wanted, wanted)), share=share(pods, pair.total)),
        note=text("{canary} is made beside it", canary=Code(pair.canary_target.reference))
        if call.verb == CREATE
        else text("{canary} is used again", canary=Code(pair.canary_target.reference)),
        facts=(*pair.facts(), *_copied(pair.stable)),
        bound=Bound(pods=2 * pods),
        impact=Impact(pods=2 * pods, seconds=impact_of_numbers(pair, rest, pods).seconds, fate="replaced"),
        warnings=_start_warnings(pair),
        back=Back(
            command_line=command_line(arguments, *words),
            label=text("Abort the canary"),
            calls=calls_of(steps_to(after, pair.total, 0)) if call.verb != CREATE else (),
        ),
    )


def promote_plan(pair: Pair, fields: Fields, arguments: Arguments, pinned: dict[str, Any]) -> Plan:
    """The stable Deployment gets the canary's images and all pods; once they serve, the canary has none."""
    canary, total = pair.running, pair.kept
    call = _promoted(pair.stable, fields, total)
    stable = after_call(pair.stable, call)
    after = Pair(
        stable=stable,
        canary_target=pair.canary_target,
        canary=canary,
        services=pair.services,
        autoscalers=pair.autoscalers,
    )
    steps: list[Step] = [call]
    wait = wait_for_roll_out(stable, 0)
    all_new = Weighed(beside=canary.replicas, beside_new=True, new=True)
    if wait is not None:
        steps.append(msgspec.structs.replace(shared_with(wait, all_new), group=1))
    steps += served(after, total, all_new, canary=False, group=1)
    emptied = {True: Weighed(beside=total, beside_new=True, new=True)}
    steps += scaled(after, [(canary, 0)] if canary.replicas else [], group=2, beside=emptied)
    impact = impact_of(stable)
    impact = msgspec.structs.replace(impact, pods=impact.pods + canary.replicas)
    shown = before_and_after(pair.stable.template, stable.template)
    old = {name: image for name, image in images(pair.stable.template).items() if name in fields}
    words = [f"{name}={image}" for name, image in old.items()]
    return Plan(
        summary=text("Promote the canary of {stable}", stable=Code(pair.stable.target.title)),
        steps=numbered(steps),
        pinned=pinned,
        before=shown[0] if shown else None,
        after=shown[1] if shown else None,
        note=text("all {total} pods of {stable}", total=total, stable=Code(pair.stable.target.reference)),
        facts=pair.facts(),
        bound=Bound(pods=impact.pods),
        impact=impact,
        warnings=tuple(_total_warnings(pair, total)),
        back=Back(
            command_line=command_line(arguments, "set", "image", pair.stable.target.reference, *words),
            label=text("Back to {version}", version=Code(_short(old, old))),
            calls=(container_call(stable, {name: {"image": image} for name, image in old.items()}, ("image",)),),
        )
        if old
        else None,
    )


def abort_plan(pair: Pair, arguments: Arguments, pinned: dict[str, Any]) -> Plan:
    """All pods to the stable Deployment, then none to the canary: back to a version that served."""
    plan = weight_plan(pair, pair.kept, 0, arguments, pinned)
    if plan is None:
        raise Refused(
            text("The canary has no pods."),
            target=pair.stable.target.title,
            next=text(
                "There is nothing to abort; see {command}.", command=Code(f"canary status {pair.stable.target.name}")
            ),
        )
    return msgspec.structs.replace(
        plan, summary=text("Abort the canary of {stable}", stable=Code(pair.stable.target.title)), recovery=True
    )


def _copied(stable: Seen) -> tuple[Fact, ...]:
    """What a canary is a copy of. A copy of what no longer runs would be another version than was voted on."""
    return tuple(
        Fact(target=stable.target, pointer=at, value=resolve(stable.whole, at), uid=stable.uid)
        for at in ("/spec/template", "/spec/selector", "/spec/strategy")
    )


def _made(pair: Pair, wanted: dict[str, str], pods: int) -> Call:
    """The call that makes the canary, or fills the one that is left from before."""
    if pair.canary is None:
        return Call(
            id="step",
            verb="create",
            target=pair.canary_target,
            body=canary_body(pair.stable, pair.canary_target, wanted, pods),
        )
    started, mark = pointer("metadata", "annotations", TOTAL), pointer("metadata", "annotations", OF)
    at = ("/spec/template", "/spec/replicas", "/spec/selector", "/spec/paused", started, mark)
    return Call(
        id="step",
        verb="patch",
        target=pair.canary_target,
        content_type=ContentType.JSON_PATCH,
        body=[
            replace("/spec/template", canary_template(pair.stable, wanted)),
            replace("/spec/replicas", pods),
            add(started, str(pair.stable.replicas)),
        ],
        uid=pair.canary.uid,
        preconditions=pair.canary.holds(*at),
    )


def _after_made(pair: Pair, call: Call) -> Pair:
    """The pair with its canary as the call leaves it."""
    canary: Seen
    if pair.canary is None:
        whole = call.body if isinstance(call.body, dict) else {}
        canary = seen(pair.canary_target, whole)
    else:
        canary = after_call(pair.canary, call)
    return Pair(
        stable=pair.stable,
        canary_target=pair.canary_target,
        canary=canary,
        services=pair.services,
        autoscalers=pair.autoscalers,
    )


def _promoted(stable: Seen, fields: Fields, total: int) -> Call:
    """Images and number in one patch, so that nothing can come between."""
    call = container_call(stable, fields, ("image",))
    body: Any = call.body
    number = Precondition(pointer="/spec/replicas", value=stable.live.spec.replicas)
    paused = Precondition(pointer="/spec/paused", value=stable.live.spec.paused or None)
    spec = {**body["spec"]} if fields else {}
    return msgspec.structs.replace(
        call,
        id="step",
        body={"spec": {**spec, "replicas": total}},
        preconditions=(*call.preconditions, number, paused),
    )


def _back_to(before: Pair, after: Pair, arguments: Arguments) -> Back:
    """The numbers before."""
    words = (
        *("canary", "set-weight", before.stable.target.reference, f"--canary={before.canary_target.name}"),
        *(f"--pods={before.pods}", f"--total={before.total}"),
    )
    return Back(
        command_line=command_line(arguments, *words),
        label=text("Back to {pods} of {total}", pods=before.pods, total=before.total),
        calls=calls_of(steps_to(after, before.stable.replicas, before.pods)),
    )


def _bold(pods: int, total: int) -> Bold:
    return Bold(str(share(pods, total)))


def _short(images_: dict[str, str], named: dict[str, str]) -> str:
    """The tags of the images that change."""
    return ", ".join(dict.fromkeys(split_image(images_[name])[1] for name in named if name in images_))


def _total_warnings(pair: Pair, total: int) -> list[Text]:
    if total == pair.total:
        return []
    return [text("Both together have {before} pods now and {after} afterwards.", before=pair.total, after=total)]


def _start_warnings(pair: Pair) -> tuple[Text, ...]:
    found: list[Text] = []
    stable = pair.stable
    if selects(stable.live.spec.selector, canary_labels(stable)):
        found.append(
            text(
                "The selector of {stable} has no {label}: budgets count the canary's pods with its own.",
                stable=Code(stable.target.reference),
                label=Code(TRACK),
            )
        )
    if shared := claims(stable):
        found.append(text("Both versions use the same volumes: {claims}.", claims=Code(", ".join(shared))))
    if not stable.healthy or not stable.observed:
        found.append(text("{stable} is not well or being rolled out just now.", stable=Code(stable.target.reference)))
    return tuple(found)


def with_rest(pair: Pair, plan: Plan) -> Plan:
    """The plan with a word on what else the canary's template has, which is not taken over."""
    ours = canary_template(pair.stable, images(pair.running.template))
    other = also_changed(ours, pair.running.template)
    if other is None:
        return plan
    said = text("The canary differs in more than its images, which is not taken over: {changes}.", changes=other)
    return msgspec.structs.replace(plan, warnings=(said, *plan.warnings))
