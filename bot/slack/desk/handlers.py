"""One delivery from the inbox: who is it, what do they want, and an answer to every one of them (design §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import structlog

from bot.audit.records import Event
from bot.errors import Bug, KajitoriError, Refused
from bot.requests.mailing import alarm, publish_home, reply
from bot.requests.notices import Problem, problem_of
from bot.requests.records import record_refused
from bot.requests.services import Done
from bot.requests.versions import Tampered
from bot.slack.desk.clicks import on_click
from bot.slack.desk.lines import on_line
from bot.slack.desk.submits import on_submit
from bot.slack.desk.visits import Desk, Visit, address_of
from bot.slack.edge.deliveries import Delivery, Kind
from bot.store.errors import SealBroken
from bot.text import Code, text

LOG: Final = structlog.get_logger("handlers")
TRIES: Final = {
    Kind.COMMAND: Event.REFUSED_COMMAND,
    Kind.MENTION: Event.REFUSED_COMMAND,
    Kind.DIRECT: Event.REFUSED_COMMAND,
    Kind.SHORTCUT: Event.REFUSED_COMMAND,
    Kind.CLICK: Event.REFUSED_CLICK,
    Kind.SUBMIT: Event.REFUSED_CLICK,
}
PROFILE_EVENTS: Final = frozenset({"user_change", "team_join"})


class SecretTyped(Refused):
    """What was typed held a secret."""


@final
@dataclass(frozen=True)
class Handlers:
    """`handle` is what the inbox calls. It raises only what is worth another attempt: bugs, a store that is gone."""

    desk: Desk

    async def handle(self, delivery: Delivery, done: Done) -> None:
        """Work on one delivery; every refusal is answered and recorded in the transaction that ends the delivery."""
        if delivery.kind in (Kind.EVENT, Kind.HOME, Kind.CLOSED):
            await self._event(delivery, done)
            return
        locale = "en"
        try:
            person = await self.desk.services.directory.resolve(delivery.user, delivery.user_team)
            locale = person.locale
            await self._act(Visit(desk=self.desk, delivery=delivery, person=person, done=done))
        except Bug:
            raise
        except KajitoriError as error:
            await self._refuse(delivery, error, locale, done)

    async def dropped(self, delivery: Delivery, error: Exception) -> None:
        """Tell whoever waits that their delivery failed for good, with an id that the log has too."""
        services = self.desk.services
        number = services.tokens.hex(4)
        LOG.error("delivery_failed_for_good", id=number, kind=delivery.kind, error=type(error).__name__)
        problem = Problem(
            what=text("Something in me is broken, so this was not done (id {id}).", id=Code(number)),
            next=text("Whoever runs the bot finds the cause in its log under that id."),
        )
        async with services.database.transaction() as tx:
            address = address_of(delivery, delivery.locale or "en")
            await reply(tx, services, f"{delivery.key}/dropped", address, problem=problem)

    async def _act(self, visit: Visit) -> None:
        delivery = visit.delivery
        if delivery.secret:
            raise SecretTyped(
                text("Not run, and not stored here. Slack still has it."),
                why=text("What you typed holds a secret."),
                next=text("Open your message and delete it, then rotate the secret: whoever reads the channel had it."),
            )
        match delivery.kind:
            case Kind.CLICK:
                await on_click(visit)
            case Kind.SUBMIT:
                await on_submit(visit)
            case _:
                await on_line(visit, delivery.line)

    async def _event(self, delivery: Delivery, done: Done) -> None:
        services = self.desk.services
        if delivery.event in PROFILE_EVENTS:
            services.directory.forget(delivery.user)
        async with services.database.transaction() as tx:
            if delivery.kind is Kind.HOME:
                await publish_home(tx, services, delivery.user, at_once=True)
            await done(tx)

    async def _refuse(self, delivery: Delivery, error: KajitoriError, locale: str, done: Done) -> None:
        """Say it where they are, keep it in the record, and end the delivery, all at once."""
        services = self.desk.services
        event = Event.SECRET_TYPED if isinstance(error, SecretTyped) else TRIES[delivery.kind]
        known = services.directory.configured(delivery.user)
        async with services.database.transaction() as tx:
            await record_refused(
                tx,
                services,
                delivery.key,
                event,
                actor=known.user if known is not None else delivery.user,
                what=str(error.what),
                tried=delivery.line or f"{delivery.action} {delivery.value}".strip(),
                channel=delivery.channel,
            )
            if isinstance(error, Tampered | SealBroken) and error.target.startswith("R-"):
                number = int(error.target.removeprefix("R-"))
                await alarm(tx, services, number, error.what, delivery.channel)
            await reply(
                tx,
                services,
                delivery.key,
                address_of(delivery, locale),
                problem=problem_of(error),
                copy=delivery.kind is Kind.SUBMIT,
            )
            await done(tx)
