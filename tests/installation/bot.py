"""The workspace with the bot in it, from the people's side: what they type and press, what they see, what is kept.

await bot.command("alice", "rollout undo deployment/app")
card = await bot.card(1)
await bot.approve("bob", card)
await bot.ended(1, "✅")
assert await bot.events(1) == [...]
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final, final

from sqlalchemy import select
from sqlalchemy import text as sql

from bot.audit.reading import records_of
from bot.audit.records import Record, decode
from bot.running import Running
from bot.store.tables import audit
from playground.workspace.server import Workspace

PATIENCE: Final = 30.0
CHANNEL: Final = "payments-prod"
Json = dict[str, Any]
ENDS: Final = {
    "✅": "done",
    "❌": "failed",
    "⚠️": "partly done",
    "🆘": "needs a person",
    "🚫": "rejected",
    "⌛": "expired",
    "⏹️": "cancelled",
    "🛑": "halted",
}
"""What the head of a card shows, and what the ping in its thread says."""


@final
class Bot:
    """`running` is the bot in this process; it is None where the bot is a process of its own."""

    def __init__(self, workspace: Workspace, running: Running | None) -> None:
        self.workspace, self.running = workspace, running

    # What people do

    async def command(self, person: str, line: str, channel: str = CHANNEL) -> None:
        """By the name that the slash command is configured to have."""
        name = self.running.services.config.command if self.running is not None else "/eks"
        outcome = await self.workspace.command(person, channel, f"{name} {line}")
        assert not outcome.error, outcome.error

    async def click(self, person: str, message: Json, action: str, channel: str = CHANNEL) -> None:
        """Press a button, or choose an entry of the overflow menu."""
        button = buttons(message)[action]
        await self.workspace.click(
            person, channel, message["ts"], button["action_id"], value=button.get("chosen"), block_id=None
        )

    async def modal(self, person: str) -> Json:
        """The modal that is open before this person, once it is."""
        view = await self.workspace.wait_for(lambda: self.workspace.view(person), timeout=PATIENCE)
        assert view is not None
        return view

    async def submit(self, person: str, **values: str) -> None:
        """Send in the modal that is open before this person, once it is."""
        errors = await self.try_submit(person, **values)
        assert not errors, errors

    async def try_submit(self, person: str, **values: str) -> dict[str, str] | None:
        """The same; what the modal complains about, by input."""
        view = await self.modal(person)
        given = {key: {key: value} for key, value in values.items()}
        return await self.workspace.submit(person, view["id"], given)

    async def approve(self, person: str, card: Json, channel: str = CHANNEL) -> None:
        """A vote as it is given in production: the button, then the view."""
        await self.click(person, card, "approve", channel)
        await self.submit(person)

    # What people see

    async def message(
        self,
        met: Callable[[Json], bool],
        *,
        person: str = "alice",
        channel: str = CHANNEL,
        thread_ts: str | None = None,
    ) -> Json:
        """The newest message that this person sees and that is as wanted, once there is one."""

        def found() -> Json | None:
            seen = self.workspace.messages(channel, person, thread_ts)
            return next((each for each in reversed(seen) if met(each)), None)

        return await self._until(found, (channel, person, thread_ts))

    async def _until(self, found: Callable[[], Json | None], *places: tuple[Any, ...]) -> Json:
        try:
            return await self.workspace.wait_for(found, timeout=PATIENCE)  # type: ignore[return-value]
        except TimeoutError:
            seen = [everything(each) for place in places for each in self.workspace.messages(*place)]
            failed = [
                f"{each.method}: {each.error} {dict(each.arguments)}" for each in self.workspace.calls if each.error
            ]
            raise AssertionError("\n---\n".join(["no such message among", *seen, *failed[-3:]])) from None

    async def said(self, *words: str, **where: Any) -> Json:
        """The newest message whose text or blocks hold all of these words."""
        return await self.message(lambda each: all(word in everything(each) for word in words), **where)

    async def card(self, number: int, *words: str, channel: str = CHANNEL, person: str = "alice") -> Json:
        """The card of a request, once it holds these words: the one message that everyone sees and can press."""

        def is_card(each: Json) -> bool:
            shown = everything(each)
            own = re.search(rf"· R-{number}\b", each["text"]) and not each.get("is_ephemeral")
            return bool(own and buttons(each)) and all(word in shown for word in words)

        return await self.message(is_card, person=person, channel=channel)

    async def ended(self, number: int, sign: str, *words: str, channel: str = CHANNEL) -> Json:
        """The card of a request that ended so, and its ping in the thread, which is the last thing said about it."""
        card = await self.card(number, sign, *words, channel=channel)
        await self.said(f"> {ENDS[sign]}: ", f"R-{number}", channel=channel, thread_ts=card["ts"])
        return card

    async def refused(self, person: str, *words: str, channel: str = CHANNEL) -> Json:
        """The private answer that holds these words: where they are, or for a modal in their direct messages."""
        places = (channel, self.direct(person))

        def found() -> Json | None:
            seen = [each for place in places for each in self.workspace.messages(place, person)]
            shown = [(each, everything(each)) for each in seen if each.get("bot_id")]
            return next((each for each, said in shown if "🚫" in said and all(word in said for word in words)), None)

        return await self._until(found, *((place, person) for place in places))

    def direct(self, person: str) -> str:
        return self.workspace.direct(person)

    def cards(self, channel: str = CHANNEL) -> list[Json]:
        """Everything that everyone sees in the channel, outside of threads, and that the bot wrote."""
        seen = self.workspace.messages(channel, "carol")
        return [each for each in seen if each.get("bot_id") and not each.get("is_ephemeral")]

    def posted(self) -> str:
        """All that was given to Slack, wherever it went: each call, answers to commands among them, and each file."""
        calls = [f"{each.method} {dict(each.arguments)}" for each in self.workspace.calls]
        files = [(each.content or b"").decode("utf-8", "replace") for each in self.workspace.state.files.all()]
        return "\n".join([*calls, *files])

    # What is kept

    async def records(self, number: int) -> list[Record]:
        """The audit record of a request, oldest first."""
        return await self.chain(f"request/{number}")

    async def events(self, number: int) -> list[str]:
        """Its events, who did them where it was a person: `vote.approve bob`."""
        return [event_of(each) for each in await self.records(number)]

    async def life(self, number: int) -> list[str]:
        """The same without what the engine notes on the way: how it came to its end, and who let it."""
        steps = ("attempt.", "step.", "probe.", "request.executing")
        return [each for each in await self.events(number) if not each.startswith(steps)]

    async def refusals(self) -> list[str]:
        """What was tried and refused without a request, by whom: `refused.command dave`."""
        return [event_of(each) for each in await self.tries()]

    async def tries(self) -> list[Record]:
        """The records of what was refused and made no request."""
        assert self.running is not None
        async with self.running.services.database.read() as tx:
            found = await tx.execute(select(audit.c.body).where(audit.c.chain.like("refused/%")).order_by(audit.c.id))
            return [decode(body) for (body,) in found]

    async def chain(self, chain: str) -> list[Record]:
        assert self.running is not None
        async with self.running.services.database.read() as tx:
            return [each.record for each in await records_of(tx, chain)]

    async def sql(self, statement: str, **values: Any) -> None:
        """What somebody who owns the database does to its rows, past the bot."""
        assert self.running is not None
        async with self.running.services.database.transaction() as tx:
            await tx.execute(sql(statement).bindparams(**values))

    async def until_kept(self, number: int, event: str) -> None:
        """Returns when this event is in the record of a request, for what people do not see at once."""
        async with asyncio.timeout(PATIENCE):
            found: list[str] = []
            while event not in found:
                found = await self.events(number)


def event_of(record: Record) -> str:
    actor = record.actor.removeprefix("kajitori:")
    return record.event.value if actor == "kajitori" else f"{record.event.value} {actor}"


def everything(message: Json) -> str:
    """All words of a message, a line each block, as a person reads them."""
    return "\n".join([str(message.get("text", "")), *(_words(block) for block in message.get("blocks", []))])


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_words(each) for each in value)
    if not isinstance(value, dict):
        return ""
    own = value["text"] if isinstance(value.get("text"), str) else str(value.get("user_id", ""))
    rest = " ".join(_words(each) for key, each in value.items() if key != "confirm" and isinstance(each, dict | list))
    return f"{own}{rest}"


def buttons(message: Json) -> dict[str, Json]:
    """What can be pressed, by action; an overflow's entries by their own action."""
    found: dict[str, Json] = {}
    for block in message.get("blocks", []):
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            if element.get("type") == "button":
                found.setdefault(element["action_id"], element)
            for option in element.get("options", []) if element.get("type") == "overflow" else []:
                action = option["value"].split(":", 1)[0]
                found.setdefault(action, {**element, "chosen": option["value"]})
    return found
