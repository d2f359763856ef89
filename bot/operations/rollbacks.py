"""Going back to a revision: which one, what stands in the way, and the way forward again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bot.errors import Bug, Refused
from bot.operations.arguments import Arguments
from bot.operations.kinds import DEPLOYMENT, STATEFULSET
from bot.operations.plan import Back, Fact, Plan
from bot.operations.reader import Reader
from bot.operations.revisions import Past, find_revision, live_revision, read_history, restore
from bot.operations.surroundings import Surroundings
from bot.operations.template_changes import Changed, after_call
from bot.operations.templates import images, split_image
from bot.operations.workloads import Seen, command_line
from bot.text import Code, Text, text


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A workload, the revision it goes to and the one it has now (None before the controller has recorded it)."""

    seen: Seen
    past: Past
    live: Past | None

    @property
    def recovers(self) -> bool:
        return self.live is not None and self.past.revision < self.live.revision and not self.seen.healthy

    def change(self, around: Surroundings) -> Changed:
        """The change that goes there, for as long as the revision is held by the same object."""
        held = Fact(
            target=self.past.held_by, pointer="/metadata/name", value=self.past.meta.name, uid=self.past.meta.uid
        )
        call = restore(self.seen, self.past, "step-1")
        return Changed(seen=self.seen, around=around, call=call, facts=(held,))


async def choose_revisions(
    cluster: Reader, workloads: Sequence[Seen], revision: int, hashes: Sequence[str]
) -> list[Chosen]:
    """In kubectl's order: find the revision, then refuse what is paused."""
    hashes = hashes or ("",) * len(workloads)
    if len(hashes) != len(workloads):
        raise Bug(text("A pinned undo has a hash for each target."))
    histories = await asyncio.gather(*(read_history(cluster, each) for each in workloads))
    chosen = [
        Chosen(
            seen=each,
            past=find_revision(each, past, revision, template_hash=known),
            live=live_revision(each, past),
        )
        for each, past, known in zip(workloads, histories, hashes, strict=True)
    ]
    for each in workloads:
        if each.target.kind == DEPLOYMENT and each.live.spec.paused:
            raise paused_refusal(each, text("you cannot rollback a paused deployment; resume it first"))
    return chosen


def with_revisions(plan: Plan, only: Chosen | None, *, recovery: bool) -> Plan:
    """Where no image changes, the revisions are what is before and after."""
    if only is None or plan.before is not None:
        return msgspec.structs.replace(plan, recovery=recovery)
    before = text("revision {revision}", revision=only.live.revision) if only.live else None
    after = text("revision {revision}", revision=only.past.revision)
    return msgspec.structs.replace(plan, recovery=recovery, before=before, after=after)


def undo_warnings(seen: Seen) -> list[Text]:
    if seen.target.kind == STATEFULSET and seen.live.spec.pod_management_policy != "Parallel" and not seen.healthy:
        return [text("Pods that never became ready must be deleted by hand: they hold the others up.")]
    return []


def back_from_undo(changed: Changed, live: Past | None, arguments: Arguments) -> Back | None:
    """Back to what runs now: its revision keeps its number until it runs again. None before it is recorded."""
    if live is None or live.revision <= 0:
        return None
    old, new = images(changed.seen.template), images(changed.after.template)
    tags = {split_image(image)[1] for name, image in old.items() if new.get(name) != image}
    label = (
        text("Back to {version}", version=Code(tags.pop()))
        if len(tags) == 1
        else text("Back to revision {revision}", revision=live.revision)
    )
    words = ("rollout", "undo", changed.seen.target.reference, f"--to-revision={live.revision}")
    call = restore(after_call(changed.seen, changed.call), live, "step-1")
    return Back(command_line=command_line(arguments, *words), label=label, calls=(call,))


def back_from_undos(changes: Sequence[Changed], lives: Sequence[Past | None], arguments: Arguments) -> Back | None:
    """Back to what runs now, of several. Then it is the previous revision of each, and no one number names it.

    Undone once more while one of them had not changed, that one would go to what ran before it: so all or none.
    """
    if len(changes) != len(lives) or any(each is None or each.revision <= 0 for each in lives):
        return None
    calls = tuple(
        restore(after_call(each.seen, each.call), live, f"step-{number}")
        for number, (each, live) in enumerate(zip(changes, lives, strict=True), 1)
        if live is not None
    )
    return msgspec.structs.replace(undo_of_all(changes, arguments), calls=calls)


def undo_of_all(changes: Sequence[Changed], arguments: Arguments) -> Back:
    """Each to what it ran before. Planned when it is asked for, so it needs a vote of its own."""
    references = [each.seen.target.reference for each in changes]
    line = command_line(arguments, "rollout", "undo", *references)
    return Back(command_line=line, label=text("Undo all of it"), whole=True)


def paused_refusal(seen: Seen, what: Text) -> Refused:
    resume_it = Code(f"rollout resume {seen.target.reference}")
    return Refused(what, target=seen.target.title, next=text("Resume it first: {command}.", command=resume_it))
