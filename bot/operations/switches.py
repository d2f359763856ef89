"""What is asked of a Service's selector, both colours as they are, and every reason not to do it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from bot.errors import Choice, Refused
from bot.operations.arguments import Arguments
from bot.operations.colours import Colour, read_colour, read_pods, stale_keys
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import SERVICE, Target
from bot.operations.patches import apply_patch
from bot.operations.plan import ContentType
from bot.operations.pods import stuck_reason
from bot.operations.reader import Reader
from bot.operations.selector_patches import selector_body
from bot.operations.services import Backend, Service, matches, read_endpoints
from bot.operations.workloads import Seen, command_line, seen
from bot.text import Code, text


@dataclass(frozen=True, kw_only=True)
class Switch:
    """The patch of a Service's selector as it will be sent, and how many pods are enough (-1: as many as get traffic
    now).
    """

    seen: Seen
    service: Service
    body: JSON
    content_type: ContentType
    at_least: int = -1

    @property
    def target(self) -> Target:
        return self.seen.target

    @property
    def before(self) -> dict[str, str]:
        return self.service.selector

    @property
    def after(self) -> dict[str, str]:
        left = resolve(apply_patch(self.body, self.content_type, self.seen.whole), "/spec/selector")
        return msgspec.convert(left or {}, dict[str, str])

    @property
    def changed(self) -> dict[str, str]:
        """The labels that get another value, with it."""
        return {key: value for key, value in self.after.items() if self.before.get(key) != value}

    @property
    def colour(self) -> str:
        return ", ".join(self.changed.values()) or written(self.after)

    @property
    def old_colour(self) -> str:
        return ", ".join(self.before[key] for key in self.changed if key in self.before) or written(self.before)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Both colours as they are now, and how many endpoints get traffic."""

    new: Colour
    old: Colour
    serving: int


async def read_service(cluster: Reader, target: Target) -> tuple[Seen, Service]:
    """A Service whose selector is ours to change. Raises `NotFound`, `Refused`."""
    whole: Object = await cluster.get(SERVICE, target.name, target.namespace, Object)
    service = msgspec.convert(whole, Service)
    if service.spec.type == "ExternalName":
        raise Refused(
            text("{service} is a name for something outside of the cluster.", service=Code(target.reference)),
            target=target.title,
            why=text("An ExternalName Service sends nothing to pods."),
            next=text("Name the Service that selects the pods."),
        )
    if not service.selector:
        raise Refused(
            text("{service} has no selector.", service=Code(target.reference)),
            target=target.title,
            why=text("Its endpoints are written by something else, and a selector would throw them away."),
            next=text("Name the Service that selects the pods."),
        )
    if service.rollout:
        raise _rollouts(target, service.rollout)
    return seen(target, whole), service


def written(selector: Mapping[str, str]) -> str:
    """A selector as kubectl writes it."""
    return ",".join(f"{key}={value}" for key, value in selector.items())


async def read_standing(cluster: Reader, asked: Switch, arguments: Arguments) -> Standing:
    """Both colours as they are now. Raises `Refused` where the new selector finds no pod."""
    namespace = asked.target.namespace
    labelled, selected, serving = await asyncio.gather(
        read_pods(cluster, namespace, asked.changed or asked.after),
        read_pods(cluster, namespace, asked.before),
        read_endpoints(cluster, asked.target),
    )
    chosen = [each for each in labelled if matches(asked.after, each.labels)]
    if not chosen:
        raise _nobody(asked, labelled, arguments)
    new, old = await asyncio.gather(read_colour(cluster, namespace, chosen), read_colour(cluster, namespace, selected))
    return Standing(new=new, old=old, serving=len(serving))


def _nobody(asked: Switch, labelled: list[Backend], arguments: Arguments) -> Refused:
    """No pod has the whole new selector. Where a key that stays is why, that is said, and the patch for it too."""
    stale = stale_keys(asked.changed, asked.after, labelled) if labelled else {}
    if not stale:
        return Refused(
            text("No pod has {selector}.", selector=Code(written(asked.after))),
            target=asked.target.title,
            why=text("{service} would send to nobody.", service=Code(asked.target.reference)),
            next=text("Look at the colours: {command}.", command=Code(f"bluegreen status {asked.target.name}")),
        )
    after = {key: value for key, value in {**asked.after, **stale}.items() if value is not None}
    line = patch_line(asked.target, selector_body(asked.before, after), arguments)
    kept = written({key: asked.after[key] for key in stale})
    return Refused(
        text("No pod has {selector}.", selector=Code(written(asked.after))),
        target=asked.target.title,
        why=text(
            "A patch keeps what it does not name: {kept} stays in the selector, and no pod of {colour} has it.",
            kept=Code(kept),
            colour=Code(asked.colour),
        ),
        next=text("Name these labels too: {command}.", command=Code(line)),
        choices=(Choice(label=asked.colour, command_line=line),),
    )


def check_standing(asked: Switch, standing: Standing, enough: int, arguments: Arguments) -> None:
    """Raise `Refused` unless the new colour can take the traffic alone."""
    new, old = standing.new, standing.old
    if new.rollout or old.rollout:
        raise _rollouts(asked.target, new.rollout or old.rollout)
    if old.names and old.names <= new.names:
        raise Refused(
            text("All pods that {service} sends to now would stay.", service=Code(asked.target.reference)),
            target=asked.target.title,
            why=text("That is no switch: both colours would get traffic."),
            next=text("Name the colour that it shall have alone."),
        )
    if port := new.without_port(asked.service):
        raise Refused(
            text("Not every pod of {colour} has a port named {port}.", colour=Code(asked.colour), port=Code(port)),
            target=asked.target.title,
            why=text("{service} sends to that name, and would not reach them.", service=Code(asked.target.reference)),
            next=text("Give the port its name in their template first."),
        )
    if new.available < enough:
        raise _too_few(asked, standing, enough, arguments)


def _too_few(asked: Switch, standing: Standing, enough: int, arguments: Arguments) -> Refused:
    new = standing.new
    body = selector_body(asked.before, asked.after)
    fewer = patch_line(asked.target, body, arguments, f"--at-least={new.available}")
    offered = (Choice(label=f"--at-least={new.available}", command_line=fewer),)
    said = text("As many get the traffic now.") if asked.at_least < 0 else None
    makers = Code(", ".join(each.reference for each in new.workloads) or "-")
    return Refused(
        text(
            "{available} pods of {colour} are available, {enough} are needed.",
            available=new.available,
            colour=Code(asked.colour),
            enough=enough,
        ),
        target=asked.target.title,
        why=stuck_reason(new.pods) or said,
        next=text(
            "Scale {makers} or wait for it; or say how many are enough with {flag}.",
            makers=makers,
            flag=Code("--at-least=COUNT"),
        ),
        choices=offered if new.available else (),
    )


def _rollouts(target: Target, rollout: str) -> Refused:
    promote = Code(f"kubectl argo rollouts promote {rollout if rollout != '-' else 'NAME'}")
    return Refused(
        text("{service} belongs to a Rollout.", service=Code(target.reference)),
        target=target.title,
        why=text("Argo Rollouts writes its selector, and would write it again."),
        next=text("Let the Rollout switch it: {command}.", command=promote),
    )


def patch_line(target: Target, body: JSON, arguments: Arguments, *flags: str) -> str:
    """The command line that sends this strategic merge, wherever it is typed."""
    said = msgspec.json.encode(body).decode()
    return command_line(arguments, "patch", target.reference, f"--patch={said}", *flags)
