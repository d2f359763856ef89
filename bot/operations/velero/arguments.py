"""What Velero's operations have in common on a command line, and how its words are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar

from bot.errors import NotUnderstood
from bot.operations.ages import parse_duration
from bot.operations.arguments import Arguments, ChangeArguments, Flag, Words
from bot.operations.json import JSON, Object
from bot.operations.kinds import Kind
from bot.operations.queries import read_selector
from bot.operations.selectors import selector_json
from bot.operations.targets import read_targets
from bot.operations.velero import bodies
from bot.operations.velero.kinds import HOME
from bot.text import Code, Text, text

LABELS = text("labels for it")
WAIT = text("follow it to its end; on by default")


class VeleroReadArguments(Arguments):
    """Velero's objects are in its server's namespace, whatever the channel's is."""

    home: ClassVar[str] = HOME


class VeleroArguments(ChangeArguments):
    """The same of a change."""

    home: ClassVar[str] = HOME


class ScopeArguments(VeleroArguments):
    """What a backup or a restore takes: the CLI's filters."""

    include_namespaces: Annotated[
        tuple[str, ...], Flag("--include-namespaces", "", "NAMESPACE", text("only these namespaces"))
    ] = ()
    exclude_namespaces: Annotated[
        tuple[str, ...], Flag("--exclude-namespaces", "", "NAMESPACE", text("not these namespaces"))
    ] = ()
    include_resources: Annotated[
        tuple[str, ...], Flag("--include-resources", "", "KINDS", text("only these kinds, like deployments,services"))
    ] = ()
    exclude_resources: Annotated[
        tuple[str, ...], Flag("--exclude-resources", "", "KINDS", text("not these kinds"))
    ] = ()
    include_cluster_resources: Annotated[
        bool | None, Flag("--include-cluster-resources", "", "", text("with objects that have no namespace"))
    ] = None
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("only objects with these labels"))] = ""


class BackupArguments(ScopeArguments):
    """What a backup is made of, and each backup of a schedule."""

    name: Annotated[str, Words("NAME", text("its name"))] = ""
    storage_location: Annotated[
        str, Flag("--storage-location", "", "LOCATION", text("where it goes; else the default one"))
    ] = ""
    labels: Annotated[tuple[str, ...], Flag("--labels", "", "KEY=VALUE", LABELS)] = ()
    ttl: Annotated[str, Flag("--ttl", "", "DURATION", text("how long it is kept, like 720h"))] = ""
    snapshot_volumes: Annotated[bool | None, Flag("--snapshot-volumes", "", "", text("with disk snapshots"))] = None


class GetArguments(VeleroReadArguments):
    """As `velero backup get` takes them."""

    names: Annotated[tuple[str, ...], Words("NAME", text("only these"))] = ()
    selector: Annotated[str, Flag("--selector", "-l", "SELECTOR", text("only with these labels"))] = ""


class NameArguments(VeleroReadArguments):
    """One backup or restore."""

    name: Annotated[str, Words("NAME", text("its name"))]


class DescribeArguments(NameArguments):
    """As `velero backup describe` takes them."""

    details: Annotated[bool, Flag("--details", "", "", text("with errors and warnings from the object store"))] = False


def object_name(word: str, kind: Kind) -> str:
    """A word as the name of one object. Raises `NotUnderstood`."""
    return read_targets((f"{kind.plural}.{kind.group}/{word}",), (kind,))[0].name


def filters(arguments: ScopeArguments) -> Object:
    """The filters of kinds and labels as both specs have them; what was not said is left out.

    Raises `NotUnderstood`. What is both included and excluded is refused, as Velero's server does.
    """
    check_lists(arguments.include_resources, arguments.exclude_resources, text("kind"))
    check_lists(arguments.include_namespaces, arguments.exclude_namespaces, text("namespace"))
    found: dict[str, JSON] = {
        "includedResources": [*arguments.include_resources] or None,
        "excludedResources": [*arguments.exclude_resources] or None,
        "includeClusterResources": arguments.include_cluster_resources,
        "labelSelector": selector_body(arguments.selector),
    }
    return {key: value for key, value in found.items() if value is not None}


def scope_of(arguments: BackupArguments) -> Object:
    """The spec of a backup, or a schedule's template, as the CLI fills it from its flags. Raises `NotUnderstood`."""
    if arguments.ttl and not parse_duration(arguments.ttl):
        raise NotUnderstood(
            text("{word} cannot be read.", word=Code(arguments.ttl[:80])),
            next=text("Write it like {example}.", example=Code("--ttl 720h")),
        )
    return bodies.scope_spec(
        arguments.include_namespaces,
        without=arguments.exclude_namespaces,
        location=arguments.storage_location,
        ttl=arguments.ttl,
        snapshotVolumes=arguments.snapshot_volumes,
        **filters(arguments),
    )


def check_lists(included: Sequence[str], excluded: Sequence[str], what: Text) -> None:
    """Raise `NotUnderstood` for names that stand in both lists, or an excluded `*`."""
    both = sorted(set(included) & set(excluded))
    if both or "*" in excluded:
        raise NotUnderstood(
            text("The {what} {names} is both in and out.", what=what, names=Code(", ".join(both) or "*")),
            next=text("Leave out one of the two."),
        )


def selector_body(written: str) -> JSON:
    """A label selector as an object's spec has it; none is `None`. Raises `NotUnderstood`."""
    if not written.strip():
        return None
    return selector_json(read_selector(written))


def pairs(words: Sequence[str], separator: str, example: str) -> dict[str, str]:
    """`key=value` (or another separator) words. Raises `NotUnderstood` for what is none, or twice."""
    found: dict[str, str] = {}
    for word in words:
        key, middle, value = word.partition(separator)
        if not key or not middle or not value or separator in value or key in found:
            raise NotUnderstood(
                text("{word} cannot be read.", word=Code(word[:80])),
                next=text("Write it like {example}.", example=Code(example)),
            )
        found[key] = value
    return found


def stamped(name: str, now: datetime) -> str:
    """`name-20261130142530`, in UTC, as Velero's server names what a schedule makes."""
    return f"{name}-{now:%Y%m%d%H%M%S}"
