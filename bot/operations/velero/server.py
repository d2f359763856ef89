"""Velero's server as it can be seen from its objects: installed, somewhere to write to, looked at a moment ago."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from bot.errors import Choice, NotFound, NotServed, Refused
from bot.operations.ages import age, parse_duration
from bot.operations.arguments import Arguments
from bot.operations.kinds import NAMESPACE, Kind, Target
from bot.operations.plan import Fact
from bot.operations.reader import Reader
from bot.operations.resources import not_found, placed
from bot.operations.velero.kinds import LOCATION
from bot.operations.velero.models import Location, Scope
from bot.text import Code, Text, When, text

T = TypeVar("T")


FREQUENCY: Final = 60.0
"""Seconds between two looks of the server at a location that says nothing else (its own default)."""
LATE: Final = 5
"""Looks that may be missed before what the location says counts as old."""


async def all_of(cluster: Reader, kind: Kind, namespace: str, model: type[T], *, labels: str = "") -> list[T]:
    """All objects of one of Velero's kinds. Raises `Refused` where Velero is not installed."""
    try:
        return await cluster.list(kind, namespace, model, labels=labels)
    except (NotFound, NotServed) as error:
        raise not_installed(cluster.cluster) from error


async def one_of(cluster: Reader, kind: Kind, name: str, arguments: Arguments, model: type[T]) -> T:
    """One of Velero's objects. Raises `NotFound` with names near it, `Refused` where Velero is not installed."""
    try:
        return await cluster.get(kind, name, arguments.namespace, model)
    except NotServed as error:
        raise not_installed(cluster.cluster) from error
    except NotFound as error:
        await all_of(cluster, kind, arguments.namespace, dict[str, Any])
        raise await not_found(cluster, kind, name, arguments, "describe") from error


async def is_free(cluster: Reader, kind: Kind, name: str, namespace: str) -> None:
    """Raise `Refused` if something has that name already: a create would not be this one."""
    try:
        await cluster.get(kind, name, namespace, dict[str, Any])
    except NotFound:
        return
    raise Refused(
        text("There is a {kind} {name} already.", kind=kind.singular, name=Code(name)),
        target=f"{namespace}/{name}",
        next=text("Choose another name."),
    )


async def missing_namespaces(cluster: Reader, scope: Scope) -> tuple[Text, ...]:
    """Velero says nothing of a namespace that is not there: its backup is just empty."""

    async def missing(name: str) -> bool:
        try:
            await cluster.get(NAMESPACE, name, "", dict[str, Any])
        except NotFound:
            return True
        except Refused:
            return False
        return False

    found = await asyncio.gather(*(missing(each) for each in scope.namespaces))
    names = [name for name, gone in zip(scope.namespaces, found, strict=True) if gone]
    return tuple(
        text("There is no namespace {name} now: nothing of it is backed up.", name=Code(each)) for each in names
    )


async def check_places(cluster: Reader, names: Sequence[str], arguments: Arguments) -> None:
    """Raise `Refused` where one of the namespaces that are restored into is being deleted.

    The API server makes nothing in it any more; Velero's server waits ten minutes for it and then leaves out what
    belongs there (`EnsureNamespaceExistsAndIsReady`).
    """
    for name, when in zip(names, await asyncio.gather(*map(cluster.leaving, names)), strict=True):
        if when is None:
            continue
        line = placed(f"get namespace {name}", arguments, namespaced=False)
        raise Refused(
            text("{namespace} is being deleted since {when}.", namespace=Code(name), when=When(when)),
            target=name,
            why=text("Nothing can be made in it until it is gone, and what is in it now goes with it."),
            next=text("Ask again when it is gone. This shows whether it is: {command}.", command=Code(line)),
            choices=(Choice(label=f"get namespace {name}", command_line=line),),
        )


async def find_location(cluster: Reader, name: str, namespace: str, *, writing: bool) -> Location:
    """The storage location of this name (empty: the default one), checked: Available, and looked at a moment ago.

    `writing` takes one that is not read-only. Raises `Refused` with what is wrong and what to do.
    """
    found = await all_of(cluster, LOCATION, namespace, Location)
    if not found:
        raise await _nowhere(cluster, namespace)
    location = _chosen(found, name)
    if location is None:
        names = ", ".join(sorted(each.metadata.name for each in found))
        what = (
            text("There is no storage location {name}.", name=Code(name))
            if name
            else text("None of the storage locations is the default one.")
        )
        raise NotFound(what, next=text("Name one with {flag}: {names}.", flag=Code(FLAG), names=Code(names)))
    check_location(location, cluster.now, writing=writing)
    return location


FLAG: Final = "--storage-location"


def check_location(location: Location, now: datetime, *, writing: bool) -> None:
    """Raise `Refused` for a location that Velero cannot use, or has not looked at lately."""
    name, status = Code(location.metadata.name), location.status
    if status.phase != "Available":
        raise Refused(
            text("The storage location {name} is {phase}.", name=name, phase=Code(status.phase or "Unavailable")),
            target=location.metadata.name,
            why=text("{message}", message=Code(status.message[:500])) if status.message else None,
            next=text("Repair it first: its bucket, its credentials, or the way there."),
        )
    if is_stale(location, now):
        raise Refused(
            text("Whether the storage location {name} is available is not known now.", name=name),
            target=location.metadata.name,
            why=text("The Velero server looked at it last {age} ago.", age=age(status.last_validation_time, now)),
            next=text("See whether the server runs: {command}.", command=Code(f"get pods -n {_home(location)}")),
        )
    if writing and location.spec.access_mode == "ReadOnly":
        raise Refused(
            text("The storage location {name} is read-only.", name=name),
            target=location.metadata.name,
            next=text("Name another one with {flag}.", flag=Code(FLAG)),
        )


def is_stale(location: Location, now: datetime) -> bool:
    """Whether the server has missed several of its looks at a location. One with frequency 0 is never looked at."""
    seconds = parse_duration(location.spec.validation_frequency or "1m")
    if seconds == 0:
        return False
    seen = location.status.last_validation_time
    return seen is None or now - seen > timedelta(seconds=LATE * max(FREQUENCY, seconds or FREQUENCY))


def location_facts(location: Location) -> tuple[Fact, ...]:
    """What was decided on: this very location, its bucket, and that it is Available."""
    name, meta = location.metadata.name, location.metadata
    target = Target(kind=LOCATION, name=name, namespace=meta.namespace)
    return (
        Fact(target=target, pointer="/status/phase", value=location.status.phase, uid=meta.uid),
        Fact(target=target, pointer="/spec/objectStorage/bucket", value=location.bucket, uid=meta.uid),
    )


def not_installed(cluster: str) -> Refused:
    """Velero's kinds are unknown to the API server."""
    return Refused(
        text("Velero is not installed in {cluster}.", cluster=Code(cluster)),
        why=text("Its API server does not know {kind}.", kind=Code(LOCATION.qualified)),
        next=text(
            "It needs Velero's resource definitions, its server with a plugin for the cloud, and a storage location. "
            "Install them with Helm or {command} from a terminal.",
            command=Code("velero install"),
        ),
    )


async def _nowhere(cluster: Reader, namespace: str) -> Refused:
    """Velero's kinds are known and this namespace has no location: another one may."""
    try:
        everywhere = await cluster.list(LOCATION, "", Location)
    except Refused:
        everywhere = []
    others = sorted({each.metadata.namespace for each in everywhere})
    return Refused(
        text("There is no storage location in {namespace}.", namespace=Code(namespace)),
        why=text("There are some in {names}.", names=Code(", ".join(others))) if others else None,
        next=text("Say where Velero's server is with {flag}.", flag=Code(f"-n {others[0] if others else 'NAMESPACE'}")),
        choices=tuple(Choice(label=each, command_line=f"velero backup-location get -n {each}") for each in others[:3]),
    )


def _chosen(found: list[Location], name: str) -> Location | None:
    """As the server chooses: the named one, else the one marked as default, else `default`, else the only one."""
    if name:
        return next((each for each in found if each.metadata.name == name), None)
    marked = [each for each in found if each.spec.default]
    named = [each for each in found if each.metadata.name == "default"]
    return next(iter([*marked, *named, *(found if len(found) == 1 else [])]), None)


def _home(location: Location) -> str:
    return location.metadata.namespace
