"""What a person's act lends to the app: a `trigger_id` (3 s, once) and a `response_url` (30 min, 5 times)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from playground.workspace.clock import Clock
from playground.workspace.errors import SlackError
from playground.workspace.people import TEAM

TRIGGER_LIFE = timedelta(seconds=3)
HOOK_LIFE = timedelta(minutes=30)
HOOK_USES = 5


@dataclass(kw_only=True)
class Trigger:
    """Opens or pushes one view for this person; `view` is the modal it came from, if it came from one."""

    person: str
    until: datetime
    view: str | None = None
    used: bool = False


@dataclass(kw_only=True)
class Hook:
    """One response_url: where it answers, to whom, and which message it may replace."""

    person: str
    channel: str
    until: datetime
    message_ts: str | None = None
    uses: int = 0


@final
class Triggers:
    """Issues and redeems both."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._hooks: dict[str, Hook] = {}

    def trigger(self, person: str, *, view: str | None = None) -> str:
        key = f"{len(self._triggers) + 1}.{TEAM}.{secrets.token_hex(16)}"
        self._triggers[key] = Trigger(person=person, until=self._clock.now() + TRIGGER_LIFE, view=view)
        return key

    def redeem(self, trigger_id: str) -> Trigger:
        """Raises SlackError: invalid_trigger_id, exchanged_trigger_id, expired_trigger_id."""
        found = self._triggers.get(trigger_id)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() >= found.until:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found

    def hook(self, person: str, channel: str, *, message_ts: str | None = None) -> str:
        key = secrets.token_hex(16)
        self._hooks[key] = Hook(
            person=person,
            channel=channel,
            until=self._clock.now() + HOOK_LIFE,
            message_ts=message_ts,
        )
        return key

    @property
    def hooks(self) -> dict[str, Hook]:
        return dict(self._hooks)

    def recall(self, hooks: Mapping[str, Hook]) -> None:
        self._hooks = dict(hooks)

    def use(self, key: str) -> Hook:
        """Counts one use. Raises SlackError: no_service, used_url, expired_url."""
        found = self._hooks.get(key)
        if found is None:
            raise SlackError("no_service")
        if self._clock.now() >= found.until:
            raise SlackError("expired_url")
        if found.uses >= HOOK_USES:
            raise SlackError("used_url")
        found.uses += 1
        return found
