"""What `rollout history` shows: the revisions of a workload, or one pod template without values of variables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.operations.ages import age
from bot.operations.printers.documents import write_documents
from bot.operations.redaction import redacted
from bot.operations.revisions import Past, live_revision
from bot.operations.templates import images
from bot.operations.view import Table, View
from bot.operations.workloads import Seen
from bot.text import Code, text


def revisions_view(seen: Seen, past: Sequence[Past], now: datetime) -> View:
    """All revisions that are kept, as a table; what runs now is marked."""
    title = text("Revisions of {target}", target=Code(seen.target.title))
    if not past:
        return View(title=title, lines=(text("No rollout history found."),))
    live = live_revision(seen, past)
    rows = tuple(
        (
            str(each.revision) + (" *" if each is live else ""),
            each.cause or "<none>",
            ", ".join(images(each.template).values()),
            age(each.meta.creation_timestamp, now),
        )
        for each in past
    )
    table = Table(columns=("REVISION", "CHANGE-CAUSE", "IMAGES", "AGE"), rows=rows)
    return View(title=title, table=table, lines=(text("* is what runs now."),) if live else ())


def revision_view(seen: Seen, past: Past) -> View:
    """One revision, as YAML."""
    shown = redacted({"template": past.template})
    document = write_documents([shown if isinstance(shown, dict) else {}], "yaml", listed=False).decode()
    return View(
        title=text("{target} with revision #{revision}", target=Code(seen.target.title), revision=past.revision),
        lines=(text("Change cause: {cause}", cause=past.cause),) if past.cause else (),
        output=document,
    )
