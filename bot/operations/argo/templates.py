"""A changed pod template of a Rollout: the call that sets images, what it does to pods, the wait that follows it."""

from __future__ import annotations

from typing import Final

from bot.operations.argo.conditions import LEFT, PASSED, SHORT, VERSION
from bot.operations.argo.rollout import Seen, pause_seconds
from bot.operations.json import JSON, pointer, resolve
from bot.operations.patches import replace
from bot.operations.plan import Call, ContentType, Impact, Wait
from bot.operations.rollouts import DEADLINE, LONGEST, START, scaled_value
from bot.operations.templates import GROUPS, container_patch, container_preconditions, containers
from bot.operations.workloads import Seen as Work
from bot.text import Text, text

UNAVAILABLE: Final = "25%"
"""The controller's defaults of `maxSurge` and `maxUnavailable`."""


def image_call(found: Seen, owner: Work | None, changed: dict[str, str]) -> Call:
    """The images by container, set where the template stands.

    The plugin reads the whole object and puts it back, which would also put back whatever changed since; this sets the
    images alone. A custom resource knows no strategic merge, so that containers are counted: the whole template must be
    as it was read (an API server refuses to `test` that there is no further element in a list).
    """
    if owner is not None:
        fields = {name: {"image": reference} for name, reference in changed.items()}
        return Call(
            id="step-1",
            verb="patch",
            target=owner.target,
            content_type=ContentType.STRATEGIC,
            body=container_patch(owner, fields),
            uid=owner.uid,
            preconditions=container_preconditions(owner, set(changed), ("image",)),
        )
    body: list[JSON] = [
        replace(pointer("spec", "template", "spec", group, index, "image"), changed[str(each.get("name"))])
        for group in GROUPS
        for index, each in enumerate(containers(found.template, group))
        if str(each.get("name")) in changed
    ]
    return Call(
        id="step-1",
        verb="patch",
        target=found.target,
        content_type=ContentType.JSON_PATCH,
        body=body,
        uid=found.uid,
        preconditions=found.holds("/spec/template", "/spec/workloadRef"),
    )


def standing_warnings(found: Seen) -> tuple[Text, ...]:
    """What holds a new template back, and what ends with it."""
    said: list[Text] = []
    if found.live.spec.paused:
        said.append(text("It is paused by hand: the new template waits until it is resumed."))
    if found.live.status.abort:
        said.append(text("The abort ends with it: a new template is a new update."))
    return tuple(said)


def impact_of(found: Seen, pods: int | None = None) -> Impact:
    """Of a new version: every pod in the end, as many down at once as the strategy lets; blue/green none."""
    total = found.replicas if pods is None else pods
    return Impact(pods=total, unavailable=min(unavailable_of(found), total), seconds=_seconds(found, total))


def unavailable_of(found: Seen) -> int:
    """How many pods may be missing at once during an update."""
    if found.blue_green is not None:
        return 0
    canary = found.live.spec.strategy.get("canary")
    surge = scaled_value(resolve(canary, "/maxSurge"), found.replicas, up=True, default=UNAVAILABLE)
    missing = scaled_value(resolve(canary, "/maxUnavailable"), found.replicas, up=False, default=UNAVAILABLE)
    return missing or (0 if surge else min(1, found.replicas))


def _seconds(found: Seen, pods: int) -> int:
    if not pods:
        return 0
    each = START + found.live.spec.min_ready_seconds
    return each if found.blue_green is not None else each * -(-pods // max(1, unavailable_of(found) + 1))


def follow(found: Seen, step: int, *, passed: int = -1, left: bool = False) -> Wait:
    """The wait for the end of what was begun: `passed` is the step to leave, `left` that this version is to be left.

    Without either it follows a version that the status does not name yet.
    """
    arguments: dict[str, JSON] = {}
    if passed >= 0:
        arguments[PASSED] = passed
    if left:
        arguments[LEFT] = found.live.status.current_pod_hash
    return Wait(
        id=f"step-{step}",
        condition="rollout-settled",
        target=found.target,
        deadline=deadline_of(found),
        arguments=arguments,
    )


def follow_version(found: Seen, step: int, *, passed: int = -1) -> Wait:
    """The wait for the version that is under way now."""
    wait = follow(found, step, passed=passed)
    wait.arguments[VERSION] = found.live.status.current_pod_hash
    return wait


def deadline_of(found: Seen) -> int:
    """Seconds that an update is followed: past its own progress deadline, and the pauses that end by themselves."""
    own = found.live.spec.progress_deadline_seconds or DEADLINE
    pauses = sum(min(pause_seconds(each) or 0, SHORT) for each in found.steps)
    return min(LONGEST, max(DEADLINE, own + 60) + int(pauses) + 2 * _seconds(found, found.replicas))
