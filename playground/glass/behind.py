"""For the message that one points at, everything that happened: from what is stored, by the bot and by the clusters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bot.audit.chain import delivery_chain, refused_chain, request_chain
from bot.audit.reading import records_of
from bot.audit.records import StoredRecord
from bot.clock import SystemClock
from bot.operations.plan import Plan
from bot.requests.mailing import request_of
from bot.settings import load_key, load_settings
from bot.settings.people import ImpersonationConfig
from bot.store.database import Database, Transaction
from bot.store.inspection import open_to_look
from bot.store.messages import message_at
from bot.store.plans import PlanVersion, load_plan
from bot.store.requests import Request, load
from bot.store.sealing import Key, Keyring
from bot.store.steps import steps_of
from bot.store.votes import Vote, votes_on
from playground.cluster.audit import Entry
from playground.glass import rows
from playground.glass.happenings import (
    Happening,
    Part,
    of_attempt,
    of_delivery,
    of_entries,
    of_sent,
    told,
    within,
)
from playground.glass.rows import Arrived, Sent
from playground.glass.senders import Sender, sender_of
from playground.town.people import PEOPLE
from playground.workspace.wire import Json

if TYPE_CHECKING:
    from playground.stage import Stage

NEAR: Final = timedelta(seconds=2)
"""A private message has no key that the bot remembers; the sending that fits its time is its own."""

PLANNING: Final = timedelta(seconds=3)
"""How long before a request is stored it was asked for, where its delivery is no longer known."""


@asynccontextmanager
async def looking(data: Path) -> AsyncIterator[Database]:
    """The bot's database, to be read only. Raises `StoreGone` before the first start of the bot."""
    settings = load_settings(data=data, key="", database_url="")
    keyring = Keyring(Key(load_key(settings)))
    async with open_to_look(f"sqlite:///{data / 'kajitori.db'}", keyring=keyring, clock=SystemClock()) as it:
        yield it


async def behind(stage: Stage, channel: str, ts: str) -> Json:
    """`request` is a request's number and state, or None; `happenings` are empty for what is no message of the bot."""
    async with looking(stage.data) as database, database.read() as tx:
        known = await message_at(tx, channel, ts)
        if known is not None and (number := request_of(known.key)):
            return await _request(stage, tx, number, known.key)
        message = stage.workspace.state.messages.find(channel, ts)
        reader = message.reader if message is not None else None
        sent = await (
            asyncio.to_thread(rows.sent_for, stage.data, known.key) if known else _private(stage, channel, ts)
        )
        return await _answer(stage, tx, sent[0], reader) if sent else {"key": "", "request": None, "happenings": []}


async def _private(stage: Stage, channel: str, ts: str) -> list[Sent]:
    message = stage.workspace.state.messages.find(channel, ts)
    if message is None or not message.from_app or message.reader is None:
        return []
    at = datetime.fromtimestamp(float(ts), UTC)
    found = await asyncio.to_thread(rows.sent_privately, stage.data, channel, at - timedelta(milliseconds=50))
    near = [each for each in found if (each.sent_at or each.created_at) < at + NEAR]
    return [each for each in near if _sender(stage, _delivery(each)).user in (None, message.reader)]


def _delivery(sent: Sent) -> str:
    """The key of what it answers."""
    return sent.key.partition("/")[2].removesuffix("/copy")


def _sender(stage: Stage, key: str) -> Sender:
    return sender_of(stage.workspace.deliveries, key)


async def _answer(stage: Stage, tx: Transaction, sent: Sent, reader: str | None) -> Json:
    """An answer of which no request came: its key names its delivery. `reader` is the only one who sees it, if any."""
    prefix = ImpersonationConfig().prefix
    people = {prefix + each["user"] for slack, each in PEOPLE.items() if reader in (None, slack)}
    delivery = _delivery(sent)
    arrived = await asyncio.to_thread(rows.arrived, stage.data, delivery)
    chains = [await records_of(tx, chain(delivery)) for chain in (refused_chain, delivery_chain)]
    happenings = [of_sent(sent), *(of_delivery(each) for each in arrived)]
    happenings += [_of_record(each) for chain in chains for each in chain]
    if arrived:
        asked = [
            each
            for name in stage.clusters
            for each in within(_entries(stage, name), arrived[0].received_at, sent.created_at)
            if each.get("impersonatedUser", {}).get("username", "") in people
        ]
        happenings += of_entries(asked, audit_ids=())
    return {"key": sent.key, "request": None, "happenings": told(happenings)}


async def _request(stage: Stage, tx: Transaction, number: int, key: str) -> Json:
    request = await load(tx, number)
    if request is None:
        return {"key": key, "request": None, "happenings": []}
    plans = [await load_plan(tx, number, version) for version in range(1, request.plan_version + 1)]
    votes = [each for version in range(1, len(plans) + 1) for each in await votes_on(tx, number, version)]
    steps = [each for version in range(1, len(plans) + 1) for each in (await steps_of(tx, number, version)).values()]
    records = await records_of(tx, request_chain(number))
    data = stage.data
    deliveries = await asyncio.to_thread(_deliveries, stage, request, votes)
    first = min((each.received_at for each in deliveries), default=None)
    happenings = [*_line(request, min(first or request.created_at, request.created_at))]
    happenings += [_of_plan(each) for each in plans if each is not None]
    happenings += [_of_vote(each) for each in votes]
    happenings += [_of_record(each) for each in records]
    happenings += [of_attempt(each) for each in await asyncio.to_thread(rows.attempts_of, data, number)]
    sent = await asyncio.to_thread(rows.sent_for, data, f"request/{number}/")
    happenings += [of_sent(each) for each in sent]
    happenings += [of_delivery(each) for each in deliveries]
    begun = first or request.created_at - PLANNING
    entries = within(_entries(stage, request.cluster), begun, request.ended_at or SystemClock().now())
    people = {request.requester_user, *(each.voter_user for each in votes)}
    asked = [each for each in entries if _concerns(each, people, request.namespace)]
    happenings += of_entries(asked, audit_ids=[each.audit_id for each in steps])
    summary = {"number": number, "state": request.state, "cluster": request.cluster, "namespace": request.namespace}
    return {"key": key, "request": summary, "happenings": told(happenings)}


def _line(request: Request, at: datetime) -> list[Happening]:
    """Both came with the delivery, at that moment."""
    line = {"operation": request.operation, "cluster": request.cluster, "namespace": request.namespace}
    person = {"slack": request.requester_slack, "kubernetes": request.requester_user, "name": request.requester_name}
    return [
        Happening(at=at, part=Part.LINE, what=request.command_line, detail=line),
        Happening(at=at, part=Part.PERSON, what=request.requester_user, detail=person),
    ]


def _of_plan(row: PlanVersion) -> Happening:
    plan = msgspec.json.decode(row.plan, type=Plan)
    detail: Json = {
        "digest": row.digest,
        "steps": [step.id for step in plan.steps],
        "decision": msgspec.json.decode(row.decision),
        "rehearsal": msgspec.json.decode(row.rehearsal),
    }
    return Happening(at=row.created_at, part=Part.PLAN, what=f"version {row.version}", detail=detail)


def _of_vote(vote: Vote) -> Happening:
    detail: Json = {"digest": vote.digest, "plan": vote.plan_version, "reason": vote.reason}
    return Happening(at=vote.created_at, part=Part.VOTE, what=f"{vote.verdict} by {vote.voter_user}", detail=detail)


def _of_record(stored: StoredRecord) -> Happening:
    record = stored.record
    detail: Json = {"chain": stored.chain, "position": stored.position, "actor": record.actor, **record.detail}
    detail |= {"hash": stored.hash.hex(), "sealed": stored.sealed_by is not None}
    return Happening(at=stored.at, part=Part.RECORD, what=record.event.value, detail=detail)


def _deliveries(stage: Stage, request: Request, votes: list[Vote]) -> list[Arrived]:
    """What came in for it: nothing stored names them, but each was being worked on at that very moment, for them."""
    people = [each for each in rows.arrived_around(stage.data, request.created_at) if each.lane == "people"]
    senders = {each.key: _sender(stage, each.key) for each in people}
    theirs = [each for each in people if senders[each.key].user in (None, request.requester_slack)]
    typed = [each for each in theirs if senders[each.key].words.endswith(request.command_line)]
    voted = [
        each
        for vote in votes
        for each in rows.arrived_around(stage.data, vote.created_at)
        if vote.voter_slack in each.key
    ]
    return list({each.key: each for each in (*(typed or theirs)[-1:], *voted)}.values())


def _entries(stage: Stage, cluster: str) -> list[Entry]:
    found = stage.clusters.get(cluster)
    return found.audit_entries() if found is not None else []


def _concerns(entry: Entry, people: set[str], namespace: str) -> bool:
    """As one of the people into this namespace (empty: into any, as for a node), or a review about one of them."""
    if (entry.get("impersonatedUser") or {}).get("username") in people:
        return not namespace or (entry.get("objectRef") or {}).get("namespace") in (None, "", namespace)
    body = entry.get("requestObject")  # of a JSON patch it is a list
    return isinstance(body, dict) and (body.get("spec") or {}).get("user") in people
