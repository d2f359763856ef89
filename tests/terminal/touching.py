"""A family of operations as another company would add it: a package beside ours, found by its entry point."""

from __future__ import annotations

from typing import Annotated

from bot.operations.arguments import Flag, WorkloadArguments
from bot.operations.json import Object, resolve
from bot.operations.kinds import DEPLOYMENT, Target
from bot.operations.operation import Family, Right
from bot.operations.plan import Back, Bound, Call, ContentType, Fact, Impact, Nothing, Plan, Precondition
from bot.operations.reader import LogOptions, Reader
from bot.operations.view import File, Follow, Live, Table, View
from bot.text import Code, text

touch = Family("touch", text("Operations of the tests"))
POINTER = "/metadata/annotations/example.com~1note"


class NoteArguments(WorkloadArguments):
    """A note on a deployment."""

    note: Annotated[str, Flag("--note", "", "TEXT", text("the note"))] = ""


@touch.change("note", rights=(Right("patch", DEPLOYMENT),), example="touch note deploy/app --note=v2")
async def note(cluster: Reader, arguments: NoteArguments) -> Plan | Nothing:
    """Write a note on a deployment."""
    target = target_of(arguments)
    found = await cluster.get(DEPLOYMENT, target.name, target.namespace, Object)
    before = resolve(found, POINTER)
    if before == arguments.note:
        return Nothing(message=text("The note says {note} already.", note=Code(arguments.note)), target=target)
    call = Call(
        id="note",
        verb="patch",
        target=target,
        content_type=ContentType.MERGE_PATCH,
        body={"metadata": {"annotations": {"example.com/note": arguments.note}}},
        uid=str(resolve(found, "/metadata/uid")),
        preconditions=(Precondition(pointer=POINTER, value=before),),
    )
    return Plan(
        summary=text("Note on {target}", target=Code(target.title)),
        before=text("{note}", note=Code(str(before))),
        after=text("{note}", note=Code(arguments.note)),
        steps=(call,),
        pinned=arguments.model_dump(mode="json", exclude={"reason"}),
        facts=(Fact(target=target, pointer="/spec/replicas", value=resolve(found, "/spec/replicas"), uid=call.uid),),
        impact=Impact(pods=2, unavailable=1, seconds=30),
        bound=Bound(pods=2),
        warnings=(text("It is only a note."),),
        back=Back(command_line=f"touch note deployment/{target.name} --note={before}", label=text("Back")),
    )


@touch.change("password", rights=(Right("patch", DEPLOYMENT),))
async def password(cluster: Reader, arguments: NoteArguments) -> Plan | Nothing:
    """Set a variable that looks like a secret."""
    target = target_of(arguments)
    found = await cluster.get(DEPLOYMENT, target.name, target.namespace, Object)
    variable = {"name": "PASSWORD", "value": "hunter2"}
    containers = [{"name": "app", "env": [variable]}]
    call = Call(
        id="password",
        verb="patch",
        target=target,
        content_type=ContentType.STRATEGIC,
        body={"spec": {"template": {"spec": {"containers": containers}}}},
        uid=str(resolve(found, "/metadata/uid")),
    )
    return Plan(summary=text("Set the password"), steps=(call,), pinned=arguments.model_dump(exclude={"reason"}))


@touch.read("wait", rights=(Right("get", DEPLOYMENT),))
async def wait(cluster: Reader, arguments: WorkloadArguments) -> Live:
    """Follow a roll-out."""
    return Live(title=text("Rolling out"), condition="rolled-out", target=target_of(arguments))


@touch.read("log", rights=(Right("get", DEPLOYMENT),))
async def log(cluster: Reader, arguments: WorkloadArguments) -> Follow:
    """Follow two logs."""
    return Follow(
        title=text("Logs"),
        pods=("app-1", "app-2"),
        namespace=arguments.namespace,
        options=LogOptions(follow=True),
        match="order",
    )


@touch.read("view")
async def view(cluster: Reader, arguments: WorkloadArguments) -> View:
    """Show what a hostile container wrote."""
    return View(
        title=text("What there is"),
        lines=(text("Two things."),),
        table=Table(columns=("NAME", "SAYS"), rows=(("app", "\x1b]0;owned\x07hi"), ("表計算", "[bold]x[/bold]"))),
        file=File(name="../../escape.txt", title=text("All of it"), content=b"everything"),
        warnings=(text("It is old."),),
    )


@touch.read("broken")
async def broken(cluster: Reader, arguments: WorkloadArguments) -> View:
    """Fail as no operation should."""
    raise ZeroDivisionError("secret detail")


def target_of(arguments: WorkloadArguments) -> Target:
    return Target(kind=DEPLOYMENT, name=arguments.targets[0].rpartition("/")[2], namespace=arguments.namespace)
