"""A restore as it is asked for: its arguments, its spec, and what is said of it before anyone votes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from bot.errors import Refused
from bot.operations.ages import age
from bot.operations.arguments import Flag, Words
from bot.operations.json import JSON, Object
from bot.operations.velero.arguments import WAIT, ScopeArguments, pairs
from bot.operations.velero.existing import Filters, Met, counted
from bot.operations.velero.models import Backup
from bot.operations.velero.phases import COMPLETED, PARTIALLY
from bot.operations.velero.words import NEVER_RESTORED, check_namespaces, check_no_authority
from bot.text import Bold, Code, Text, When, text

UPDATE: Final = "update"


class RestoreArguments(ScopeArguments):
    """As `velero restore create` takes them. `backup_first` is ours: a backup of what is there is taken before."""

    name: Annotated[str, Words("NAME", text("the restore's name"))] = ""
    from_backup: Annotated[str, Flag("--from-backup", "", "BACKUP", text("the backup to restore"))] = ""
    from_schedule: Annotated[str, Flag("--from-schedule", "", "SCHEDULE", text("its newest completed backup"))] = ""
    namespace_mappings: Annotated[
        tuple[str, ...], Flag("--namespace-mappings", "", "FROM:TO", text("restore into other namespaces"))
    ] = ()
    existing_resource_policy: Annotated[
        Literal["", "none", "update"],
        Flag("--existing-resource-policy", "", "", text("what exists stays (none) or is changed (update)")),
    ] = ""
    labels: Annotated[tuple[str, ...], Flag("--labels", "", "KEY=VALUE", text("labels for it"))] = ()
    restore_volumes: Annotated[bool | None, Flag("--restore-volumes", "", "", text("with volumes"))] = None
    preserve_nodeports: Annotated[bool | None, Flag("--preserve-nodeports", "", "", text("keep node ports"))] = None
    allow_partially_failed: Annotated[
        bool, Flag("--allow-partially-failed", "", "", text("also from a backup that failed in part"))
    ] = False
    backup_first: Annotated[bool, Flag("--backup-first", "", "", text("take a backup of what is there before"))] = False
    wait: Annotated[bool, Flag("--wait", "-w", "", WAIT)] = True


def check_restorable(backup: Backup, *, partially: bool) -> None:
    """Neither the CLI nor the server looks at the phase (operations.md §4). Raises `Refused`."""
    phase, name = backup.status.phase, Code(backup.metadata.name)
    if phase == COMPLETED or (phase == PARTIALLY and partially):
        return
    if phase == PARTIALLY:
        raise Refused(
            text("The backup {name} failed in part.", name=name),
            why=text("Errors: {errors}. Something is missing from this backup.", errors=backup.status.errors),
            next=text("See what, then ask with {flag}.", flag=Code("--allow-partially-failed")),
        )
    raise Refused(
        text("The backup {name} is not completed.", name=name),
        why=text("It is {phase}.", phase=Code(phase or "New")),
        next=text("Wait until it is, or choose another: {command}.", command=Code("velero backup get")),
    )


def mapping_of(arguments: RestoreArguments) -> dict[str, str]:
    """From where to where. Raises `NotUnderstood` for what are no two namespaces."""
    found = pairs(arguments.namespace_mappings, ":", "--namespace-mappings shop:shop-restored")
    check_namespaces((*found, *found.values()))
    return found


def check_reach(own: str, arguments: RestoreArguments, mapping: dict[str, str]) -> None:
    """Raise `Refused` where the bot's own namespace is named, as source or destination, or who may do what is."""
    check_no_authority(arguments.include_resources)
    if own and own in {*arguments.include_namespaces, *mapping, *mapping.values()}:
        raise Refused(
            text("{namespace} belongs to Kajitori itself.", namespace=Code(own)),
            target=own,
            why=text("The namespace {namespace} holds the bot, its database and its record.", namespace=own),
            next=text("Leave it out, and ask again."),
        )


def held_to(met: Met, arguments: RestoreArguments) -> RestoreArguments:
    """The arguments, with the namespaces that the restore may reach where its backup's list could not be read.

    Raises `Refused` where what exists would be changed and nobody knows what that is.
    """
    if met.why is None:
        return arguments
    if arguments.existing_resource_policy == UPDATE:
        raise Refused(
            text("What would be changed could not be read."),
            why=met.why,
            next=text("Ask without {flag}: then what exists stays.", flag=Code("--existing-resource-policy=update")),
        )
    return arguments.model_copy(update={"include_namespaces": met.bound})


def left_out_namespaces(own: str, arguments: RestoreArguments) -> tuple[str, ...]:
    """The bot's own namespace, which every restore leaves out."""
    return (own,) if own and own not in arguments.exclude_namespaces else ()


def filters_of(arguments: RestoreArguments, mapping: dict[str, str], left_out: tuple[str, ...]) -> Filters:
    return Filters(
        namespaces=tuple(each for each in arguments.include_namespaces if each != "*"),
        without_namespaces=(*arguments.exclude_namespaces, *left_out),
        resources=arguments.include_resources,
        without_resources=arguments.exclude_resources,
        mapping=mapping,
        cluster_wide=arguments.include_cluster_resources,
    )


def spec_of(
    arguments: RestoreArguments,
    mapping: dict[str, str],
    typed: Object,
    *,
    without: tuple[str, ...],
    authority: tuple[str, ...],
) -> Object:
    """The fields of a Restore's spec that were said, or that are added so that nobody's rights change.

    `authority` are kinds of the backup that say who may do what, beside those that are always left out.
    """
    said: dict[str, JSON] = {
        "includedNamespaces": [*arguments.include_namespaces] or ["*"],
        "excludedNamespaces": [*arguments.exclude_namespaces, *without] or None,
        "excludedResources": [*sorted({*arguments.exclude_resources, *NEVER_RESTORED, *authority})],
        "namespaceMapping": dict(mapping) or None,
        "existingResourcePolicy": arguments.existing_resource_policy or None,
        "restorePVs": arguments.restore_volumes,
        "preserveNodePorts": arguments.preserve_nodeports,
    }
    return typed | {key: value for key, value in said.items() if value is not None}


def note_words(backup: Backup, now: datetime, first: str) -> Text:
    """How old the backup is, as of now, and the way back: `first` is the backup that is taken before the restore."""
    way = (
        text("The backup {name} is taken first.", name=Code(first))
        if first
        else text("A restore has no way back. Ask with {flag} for a backup before it.", flag=Code("--backup-first"))
    )
    if (at := backup.status.start_timestamp) is None:
        return way
    taken = text(
        "The backup is of {when}, {age} before this was asked: what happened since is not in it.",
        when=When(at),
        age=age(at, now),
    )
    return text("{taken} {way}", taken=taken, way=way)


def before_words(met: Met) -> Text:
    if met.why is not None:
        return text("not counted")
    return text("{count} of {total} exist already", count=Bold(str(len(met.there))), total=met.total)


def after_words(met: Met, mapping: dict[str, str]) -> Text:
    places = Code(", ".join(met.namespaces[:8]) + (", …" if len(met.namespaces) > 8 else "") or "-")
    if not mapping:
        return text("{namespaces}", namespaces=places)
    moved = ", ".join(f"{old} → {new}" for old, new in mapping.items())
    return text("{namespaces} ({moved})", namespaces=places, moved=Code(moved))


def restore_warnings(
    met: Met, arguments: RestoreArguments, *, asked: tuple[str, ...], left_out: tuple[str, ...]
) -> tuple[Text, ...]:
    """What is said before the vote. `asked` are the namespaces that the backup was asked for; none: all."""
    apart = _left_out_warnings(met, set(arguments.include_namespaces) - {"*"}, asked=asked, left_out=left_out)
    return (*_met_warnings(met, arguments), *apart)


def _met_warnings(met: Met, arguments: RestoreArguments) -> list[Text]:
    found: list[Text] = []
    if met.why is not None:
        found.append(text("What exists already could not be counted: {why}", why=met.why))
    elif met.there and arguments.existing_resource_policy == UPDATE:
        found.append(text("These exist and are changed to what the backup has: {counts}.", counts=Code(met.counted())))
    elif met.there:
        if counts := met.counted(left=True):
            found.append(text("These exist and stay as they are: {counts}.", counts=Code(counts)))
        if met.merged:
            found.append(text("Service accounts that get what they lack: {count}.", count=met.merged))
        if len(met.there) == met.total:
            found.append(text("All of it exists, so nothing would be restored."))
    if met.going:
        going = Code(counted(met.going))
        found.append(text("These are being deleted and do not come back by this: {counts}.", counts=going))
    if met.why is None and not met.total:
        found.append(text("Nothing in the backup is of these kinds and namespaces."))
    if arguments.selector and met.why is None:
        found.append(text("The count takes no notice of labels, so it may be fewer."))
    if met.unseen:
        kinds = ", ".join(met.unseen[:8]) + (", …" if len(met.unseen) > 8 else "")
        found.append(text("Not looked at: {kinds}.", kinds=Code(kinds)))
    return found


def _left_out_warnings(met: Met, named: set[str], *, asked: tuple[str, ...], left_out: tuple[str, ...]) -> list[Text]:
    found = [text("Roles, their bindings, admission rules and certificates are left out: they say who may do what.")]
    if met.bound and not named and not set(met.bound) <= set(asked):
        found.append(
            text(
                "Only namespaces that exist now are restored. Name others with {flag}.",
                flag=Code("--include-namespaces"),
            )
        )
    if met.apart:
        found.append(
            text(
                "Objects without a namespace are left out ({count}). Ask for them with {flag}.",
                count=met.apart,
                flag=Code("--include-cluster-resources"),
            )
        )
    if left_out and not named and (not asked or not set(left_out).isdisjoint(asked)):
        found.append(text("{namespace} is left out: it holds this bot.", namespace=Code(", ".join(left_out))))
    return found
