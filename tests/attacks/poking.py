"""A family of one file, small enough to see through: what is attacked is the life of a request, not an operation."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bot.operations.arguments import ChangeArguments, Flag, Words
from bot.operations.json import JSON, Object, resolve
from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.operation import Family, Right
from bot.operations.patches import apply_patch
from bot.operations.plan import Back, Bound, Call, ContentType, Fact, Impact, Nothing, Plan, Precondition
from bot.operations.reader import Reader
from bot.text import Code, text

poke = Family("poke", text("Set the number of pods"))
ENV = "/spec/template/spec/containers/0/env/0/value"


class PokeArguments(ChangeArguments):
    targets: Annotated[tuple[str, ...], Words("NAME", text("which"))] = ()
    to: Annotated[int, Flag("--to", "", "COUNT", text("how many"))] = 0
    hard: Annotated[bool, Flag("--hard", "", "", text("counts as destructive"))] = False


class LeakArguments(ChangeArguments):
    targets: Annotated[tuple[str, ...], Words("NAME", text("which"))] = ()


async def _read(cluster: Reader, name: str, namespace: str) -> tuple[Target, Object]:
    target = Target(kind=DEPLOYMENT, namespace=namespace, name=name)
    return target, await cluster.get(DEPLOYMENT, name, namespace, Object)


def _call(step: str, target: Target, seen: Object, pointer: str, value: JSON) -> Call:
    return Call(
        id=step,
        verb="patch",
        target=target,
        content_type=ContentType.JSON_PATCH,
        body=[{"op": "replace", "path": pointer, "value": value}],
        uid=str(resolve(seen, "/metadata/uid")),
        preconditions=(Precondition(pointer=pointer, value=resolve(seen, pointer)),),
    )


@poke.change("set", rights=(Right("get", DEPLOYMENT), Right("patch", DEPLOYMENT)), example="poke set app --to=5")
async def poke_set(cluster: Reader, arguments: PokeArguments) -> Plan | Nothing:
    """Set how many pods a Deployment has."""
    found = [await _read(cluster, name, arguments.namespace) for name in arguments.targets]
    wanted = [(target, seen) for target, seen in found if resolve(seen, "/spec/replicas") != arguments.to]
    if not wanted:
        return Nothing(target=found[0][0], message=text("It has {count} already.", count=arguments.to))
    calls = tuple(
        _call(f"step-{n}", target, seen, "/spec/replicas", arguments.to) for n, (target, seen) in enumerate(wanted, 1)
    )
    before = resolve(wanted[0][1], "/spec/replicas")
    back_calls = tuple(
        _call(call.id, target, apply_patch(call.body, call.content_type, seen), "/spec/replicas", before)
        for call, (target, seen) in zip(calls, wanted, strict=True)
    )
    return Plan(
        summary=text("Set {name}", name=Code(wanted[0][0].title)),
        steps=calls,
        pinned=arguments.model_dump(mode="json", exclude={"reason"}),
        facts=tuple(
            Fact(target=target, pointer="/metadata/labels/tier", value=resolve(seen, "/metadata/labels/tier"))
            for target, seen in wanted
        ),
        bound=Bound(pods=10),
        impact=Impact(pods=5),
        back=Back(
            command_line=f"poke set {' '.join(arguments.targets)} --to={before}",
            label=text("Back to {count}", count=str(before)),
            calls=back_calls,
        ),
        destructive=arguments.hard,
    )


@poke.change(
    "chain", rights=(Right("get", DEPLOYMENT), Right("patch", DEPLOYMENT)), example="poke chain app web --to=5"
)
async def poke_chain(cluster: Reader, arguments: PokeArguments) -> Plan | Nothing:
    """Set how many pods Deployments have, one after the other, a group each; a label of the last is a fact."""
    found = [await _read(cluster, name, arguments.namespace) for name in arguments.targets]
    calls = tuple(
        msgspec.structs.replace(_call(f"step-{n}", target, seen, "/spec/replicas", arguments.to), group=n)
        for n, (target, seen) in enumerate(found, 1)
        if resolve(seen, "/spec/replicas") != arguments.to
    )
    last, seen = found[-1]
    return Plan(
        summary=text("Set one after the other"),
        steps=calls,
        pinned=arguments.model_dump(mode="json", exclude={"reason"}),
        facts=(Fact(target=last, pointer="/metadata/labels/tier", value=resolve(seen, "/metadata/labels/tier")),),
        bound=Bound(pods=10),
        impact=Impact(pods=5),
    )


@poke.change("leak", rights=(Right("get", DEPLOYMENT), Right("patch", DEPLOYMENT)), example="poke leak app")
async def poke_leak(cluster: Reader, arguments: LeakArguments) -> Plan | Nothing:
    """Change a variable that holds a password."""
    target, seen = await _read(cluster, arguments.targets[0], arguments.namespace)
    return Plan(
        summary=text("Change a variable of {name}", name=Code(target.title)),
        steps=(_call("step-1", target, seen, ENV, "hunter3-new-value"),),
        pinned=arguments.model_dump(mode="json", exclude={"reason"}),
        bound=Bound(pods=10),
        impact=Impact(pods=5),
    )
