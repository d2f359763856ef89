"""Resuming a sync: what that brings back, and following it until Argo CD has brought it.

Source: Argo CD `docs/user-guide/auto_sync.md`: without self-healing it attempts one sync for each commit; and
`controller/appcontroller.go`, `autoSync`.
"""

from __future__ import annotations

from typing import Final

from bot.operations.ages import moment
from bot.operations.conditions import declare_condition
from bot.operations.gitops import Sync, sync_of, target_of, under_way
from bot.operations.json import Object, resolve
from bot.operations.plan import Wait
from bot.operations.progress import UNOBSERVED, Condition, Observation, Progress, failed
from bot.operations.untrusted import one_line
from bot.text import Code, Text, When, text

OUT_OF_SYNC: Final = 20
"""Objects that are named."""
FAILED: Final = ("Failed", "Error")
LOOKED: Final = ("/status/reconciledAt", "/status/operationState/startedAt", "/status/operationState/finishedAt")
"""Where it tells when it was last compared, or synced."""
SHORT: Final = 12
"""Of a revision, as many characters tell it from all others."""


def differing(whole: Object) -> tuple[tuple[str, str, str], ...]:
    """What Argo CD found to differ from git, as kind, namespace and name."""
    found = resolve(whole, "/status/resources")
    listed = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    rows = [
        tuple(one_line(str(each.get(field) or "")) for field in ("kind", "namespace", "name"))
        for each in listed
        if each.get("status") == "OutOfSync"
    ]
    return tuple((kind, namespace, name) for kind, namespace, name in rows)[:OUT_OF_SYNC]


def brings_back(sync: Sync, whole: Object) -> bool:
    """Whether what differs is put back as soon as it acts so: where it heals, or where git has moved meanwhile."""
    return bool(differing(whole)) and (sync.heals or (sync.on and not _attempted(whole)))


def _attempted(whole: Object) -> bool:
    """Whether the newest sync brought what git says now; without self-healing Argo CD then leaves it at that."""
    fields = ("/revision", "/revisions")
    said = [resolve(whole, f"/status/sync{each}") for each in fields]
    return said == [resolve(whole, f"/status/operationState/syncResult{each}") for each in fields]


def back_warnings(sync: Sync, whole: Object) -> tuple[Text, ...]:
    """What becomes of that which differs, once it acts as `sync` says."""
    rows = differing(whole)
    if not rows:
        return ()
    names = Code(", ".join(f"{kind.lower()}/{name}" for kind, _, name in rows))
    if brings_back(sync, whole):
        return (text("It puts back what git says of {names}.", names=names),)
    return (text("It leaves {names} as it is until git changes: it was brought once already.", names=names),)


def back_wait(sync: Sync, step: int) -> Wait:
    """Following it until it has brought what git says."""
    return Wait(id=f"step-{step}", condition=SYNCED.name, target=sync.target, deadline=300, group=1)


def synced(seen: Observation) -> Progress:
    """Done when what runs is what git says; failed when it acts by itself no more."""
    if seen.target is None:
        return failed(text("it was deleted"))
    found = sync_of(target_of(seen.target), seen.target)
    if not found.on:
        return failed(text("its sync was paused again"))
    if under_way(seen.target):
        return Progress(message=text("it brings back what git says"), stuck=_unlooked(seen, seen.target))
    if found.status != "Synced":
        waiting = text("it differs from what git says")
        return Progress(message=waiting, stuck=_unlooked(seen, seen.target) or _why(seen.target))
    revision = Code(one_line(found.revision, SHORT + 1).rstrip("…"))
    return Progress(done=True, message=text("what runs is what git says at {revision}", revision=revision))


def _unlooked(seen: Observation, whole: Object) -> Text | None:
    """That Argo CD has neither compared nor synced it for a while; it does both soon after its sync is resumed."""
    if seen.since is None or seen.seconds < UNOBSERVED:
        return None
    began = seen.since.replace(microsecond=0)  # it tells whole seconds
    looked = [moment(resolve(whole, at)) for at in LOOKED]
    if any(each is not None and each >= began for each in looked):
        return None
    return text(
        "Argo CD has not looked at it since {when}: is its application controller running?", when=When(seen.since)
    )


def _why(whole: Object) -> Text | None:
    """Why it came to nothing, where its newest attempt did."""
    if resolve(whole, "/status/operationState/phase") not in FAILED:
        return None
    said = one_line(str(resolve(whole, "/status/operationState/message") or ""), 200)
    return text("the newest sync failed: {why}", why=Code(said))


SYNCED: Final = declare_condition(Condition(name="synced", evaluate=synced, pods=None))
"""Of an Application."""
