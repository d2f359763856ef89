"""What is true now, for a page that goes by it: the incident, its pods, who asked and who agreed, what was sent."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from bot.clock import SystemClock
from playground.cluster.audit import Entry
from playground.glass import rows
from playground.tour.incident import app_now, is_as_at_first
from playground.workspace.wire import Json

if TYPE_CHECKING:
    from playground.stage import Stage

CLUSTER: Final = "prod"
CHANNEL: Final = "C0PAYMENTS"
ASKS: Final = "alice"
ANSWERS: Final = "bob"
WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
REQUEST: Final = re.compile(r"fieldManager=kajitori-(\d+)-")

MENTION: Final = re.compile(r"<@(\w+)>")


async def facts(stage: Stage) -> Json:
    """All of them at one moment. Raises `KeyError` where the tour's cluster is not simulated here."""
    cluster = stage.clusters[CLUSTER]
    asked = await asyncio.to_thread(rows.requests_of, stage.data, CLUSTER)
    sent = calls_sent(cluster.audit_entries(user=None, verbs=WRITES))
    return {
        "now": _millis(SystemClock().now().timestamp()),
        "incident": _millis(stage.incident.timestamp()) if stage.incident else None,
        "fresh": not asked and is_as_at_first(cluster),
        "bot": {"up": stage.bot.up, "pid": stage.bot.pid},
        "app": app_now(cluster),
        "requests": [_request(each, sent.get(each.id, 0)) for each in asked],
        "told": _told_privately(stage),
        "view": stage.workspace.view(ANSWERS) is not None,
        "zone": stage.workspace.state.people.get(ANSWERS).tz,
        "pushes": [
            {"channel": each.channel, "ts": each.ts, "thread_ts": each.thread_ts, "text": _plainly(stage, each.text)}
            for each in stage.workspace.notifications[ANSWERS]
        ],
    }


def calls_sent(entries: list[Entry]) -> dict[int, int]:
    """How many calls that change something were sent for each request: as the API server logged them."""
    sent: dict[int, int] = {}
    for entry in entries:
        named = REQUEST.search(entry["requestURI"])
        if named and "dryRun=" not in entry["requestURI"]:
            sent[int(named[1])] = sent.get(int(named[1]), 0) + 1
    return sent


def _request(row: rows.Asked, calls: int) -> Json:
    return {
        "number": row.id,
        "operation": row.operation,
        "line": row.command_line,
        "state": row.state,
        "asked": _millis(row.created_at.timestamp()),
        "ended": _millis(row.ended_at.timestamp()) if row.ended_at else None,
        "people": sorted({row.requester_user, *filter(None, row.voters.split())}),
        "channel": row.channel,
        "card": row.card,
        "records": row.records,
        "told": not row.untold,
        "calls": calls,
    }


def _plainly(stage: Stage, text: str) -> str:
    """A push line as a phone shows it: people by name."""
    return MENTION.sub(lambda found: f"@{stage.workspace.state.people.get(found[1]).name}", text)


def _told_privately(stage: Stage) -> str:
    """When whoever asks was last told something that nobody else sees."""
    seen = stage.workspace.messages(CHANNEL, ASKS)
    return max((str(each["ts"]) for each in seen if each.get("is_ephemeral")), default="")


def _millis(seconds: float) -> int:
    return round(seconds * 1000)
