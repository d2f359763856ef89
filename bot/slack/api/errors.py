"""What Slack answers instead of doing it, by what can be done about it.

    SlackError                 Slack refused; `code` is its word for it
    ├── RateLimited            too much at once: again after the seconds it names
    ├── NotReachable           no answer, or a broken one: the call may or may not have happened
    ├── NotInChannel           the bot must be invited first
    ├── SharedOutside          another organisation reads along there
    ├── MessageGone            the message was deleted or can no longer be changed
    ├── ThreadGone             the message that this would answer is no longer there
    ├── PersonGone             no such person, or nobody who can be written to
    ├── TokenRefused           the installation is broken: an operator has to act
    ├── ScopeMissing           the app was installed without a right that it needs
    ├── TriggerExpired         a modal was asked for too late
    ├── ViewGone               the modal was closed
    ├── Changed                somebody else published in between
    └── TooLarge               the message breaks a limit: ours to have prevented

Each class lists its codes; the look-up is built from the subclasses. An unknown code is a plain `SlackError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.errors import Unavailable
from bot.text import Code, text


class SlackError(Unavailable):
    """Slack refused a call. `again` is in seconds, `None` where trying again cannot help."""

    codes: ClassVar[frozenset[str]] = frozenset()
    again: ClassVar[float | None] = None
    uncertain: ClassVar[bool] = False

    def __init__(self, code: str, *, method: str = "", seconds: float | None = None) -> None:
        self.code = code
        self.method = method
        self.seconds = self.again if seconds is None else seconds
        super().__init__(
            text("Slack answered {code} to {method}.", code=Code(code), method=Code(method or "?")), target=method
        )

    @classmethod
    def of(cls, code: str, *, method: str = "", seconds: float | None = None) -> SlackError:
        """The error that a code means."""
        return by_code().get(code, SlackError)(code, method=method, seconds=seconds)


class RateLimited(SlackError):
    """Slack names the seconds in `Retry-After`; 30 where it does not."""

    codes = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
    again = 30.0


class NotReachable(SlackError):
    """Slack's own failures, and connections that broke: whether it happened is not known."""

    codes = frozenset(
        {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "unreachable"}
    )
    again = 2.0
    uncertain = True


class NotInChannel(SlackError):
    """The bot may not write there."""

    codes = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})


class SharedOutside(SlackError):
    """The channel is shared with another organisation: our own refusal, which Slack has no word for."""


class MessageGone(SlackError):
    """There is nothing left to change."""

    codes = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "cant_delete_message"})


class ThreadGone(SlackError):
    """The message that this would answer is no longer there."""

    codes = frozenset({"thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"})


class PersonGone(SlackError):
    """Nobody there to write to."""

    codes = frozenset(
        {"user_not_found", "cannot_dm_bot", "user_disabled", "user_not_visible", "user_not_in_channel", "not_enabled"}
    )


class TokenRefused(SlackError):
    """The bot token is not accepted."""

    codes = frozenset(
        {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "app_uninstalled"}
    )
    again = 60.0


class ScopeMissing(SlackError):
    """The manifest asks for every scope that is needed; this installation is older or was cut."""

    codes = frozenset({"missing_scope", "no_permission", "not_allowed_token_type", "access_denied"})


class TriggerExpired(SlackError):
    """Three seconds and one use (slack.md §1.2)."""

    codes = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"})


class ViewGone(SlackError):
    """The modal was closed, or never was."""

    codes = frozenset({"not_found", "view_not_found"})


class Changed(SlackError):
    """The view is not the one that was read."""

    codes = frozenset({"hash_conflict"})


class TooLarge(SlackError):
    """The validator in `bot.slack.cards.limits` exists to prevent these."""

    codes = frozenset(
        {"msg_too_long", "msg_blocks_too_long", "view_too_large", "invalid_blocks", "invalid_blocks_format", "no_text"}
    )


def _leaves(cls: type[SlackError]) -> list[type[SlackError]]:
    return [leaf for child in cls.__subclasses__() for leaf in (child, *_leaves(child))]


def by_code() -> Mapping[str, type[SlackError]]:
    """Every code that is known, with its class."""
    return {code: cls for cls in _leaves(SlackError) for code in cls.codes}


def from_response(method: str, status: int, data: Any, headers: Mapping[str, str]) -> SlackError:
    """An answer of the Web API that is not `ok`, as one of ours. 429 and 5xx need no readable body."""
    code = str(data.get("error", "")) if isinstance(data, Mapping) else ""
    if status == 429 or code in RateLimited.codes:
        return RateLimited(code or "ratelimited", method=method, seconds=retry_after(headers))
    if status >= 500:
        return NotReachable(code or f"http_{status}", method=method)
    return SlackError.of(code or f"http_{status}", method=method)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds of `Retry-After`; 30 where it is missing or unreadable, never less than 1."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return max(1.0, float(value)) if value.isdecimal() else RateLimited.again or 30.0
