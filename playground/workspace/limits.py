"""Slack's rate limits: a number of calls a minute for each method and app, and about one message a second a channel."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import final

TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
METHOD_TIERS: Mapping[str, int] = {
    "apps.connections.open": 3,
    "bots.info": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "pins.add": 2,
    "reactions.add": 3,
    "reactions.remove": 2,
    "team.info": 3,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """The figures of docs.slack.dev/apis/web-api/rate-limits; `posts_burst` is what passes at once in one channel."""

    tiers: Mapping[int, int] = field(default_factory=lambda: TIERS)
    posts_per_second: float = 1.0
    posts_burst: int = 3
    posts_per_minute: int = 300


@final
class Limiter:
    """Decides for each call whether it passes; a refused call does not count."""

    def __init__(self, limits: RateLimits | None) -> None:
        self.limits = limits
        self._calls: dict[str, deque[datetime]] = {}
        self._channels: dict[str, tuple[float, datetime]] = {}

    def retry_after(self, method: str, channel: str | None, now: datetime) -> int | None:
        """Seconds to wait, or None: the call passes and is counted."""
        if self.limits is None:
            return None
        if method == "chat.postMessage":
            return self._post(self.limits, channel or "", now)
        tier = METHOD_TIERS.get(method)
        return None if tier is None else self._window(method, self.limits.tiers[tier], now)

    def hook_retry_after(self, channel: str, now: datetime) -> int | None:
        """response_url has about a message a second, like incoming webhooks."""
        return None if self.limits is None else self._bucket(self.limits, f"hook {channel}", now)

    def _post(self, limits: RateLimits, channel: str, now: datetime) -> int | None:
        wait = self._bucket(limits, channel, now)
        return wait if wait is not None else self._window("chat.postMessage", limits.posts_per_minute, now)

    def _bucket(self, limits: RateLimits, key: str, now: datetime) -> int | None:
        tokens, since = self._channels.get(key, (float(limits.posts_burst), now))
        tokens = min(limits.posts_burst, tokens + (now - since).total_seconds() * limits.posts_per_second)
        passes = tokens >= 1
        self._channels[key] = (tokens - 1 if passes else tokens, now)
        return None if passes else max(1, math.ceil((1 - tokens) / limits.posts_per_second))

    def _window(self, key: str, most: int, now: datetime) -> int | None:
        calls = self._calls.setdefault(key, deque())
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil((calls[0] + _MINUTE - now).total_seconds()))
        calls.append(now)
        return None
