"""How each answer looks in the body of the acknowledgement, for each kind of delivery: a pure table."""

from __future__ import annotations

from typing import Any

from slack_bolt.response import BoltResponse

from bot.slack import texts
from bot.slack.cards.limits import MODAL_TEXT, clip
from bot.slack.cards.rich import escape
from bot.slack.edge.answers import Accepted, Answer, FieldErrors, Suggestions, Told
from bot.slack.edge.deliveries import Delivery, Kind
from bot.text import Text


def empty() -> BoltResponse:
    """Received; nothing to show."""
    return BoltResponse(status=200, body="")


def acknowledge(delivery: Delivery, answer: Answer) -> BoltResponse:
    """The acknowledgement of an answer."""
    match answer:
        case FieldErrors(errors=errors, locale=locale) if delivery.kind is Kind.SUBMIT:
            shown = {block: texts.said(error, locale) for block, error in errors.items()}
            return BoltResponse(status=200, body={"response_action": "errors", "errors": shown})
        case Suggestions(options=options):
            return BoltResponse(status=200, body={"options": [_option(*each) for each in options[:100]]})
        case Told(message=message, locale=locale):
            return _told(delivery, texts.said(message, locale))
        case Accepted() if delivery.kind is Kind.SUBMIT:
            return BoltResponse(status=200, body={"response_action": "clear"})
        case _:
            return empty()


def not_recorded(delivery: Delivery, body: dict[str, Any], reason: Text) -> BoltResponse:
    """The store does not answer: people are told, events are not acknowledged, so that Slack sends them again."""
    sentence = texts.said(texts.not_recorded(reason), delivery.locale)
    if delivery.kind in (Kind.MENTION, Kind.DIRECT, Kind.HOME, Kind.EVENT):
        return BoltResponse(status=503, body="")
    if delivery.kind is Kind.OPTIONS:
        return BoltResponse(status=200, body={"options": []})
    if delivery.kind is Kind.SUBMIT:
        inputs = list((body["view"].get("state") or {}).get("values", {}))
        if inputs:
            return BoltResponse(status=200, body={"response_action": "errors", "errors": {inputs[0]: sentence}})
    return _told(delivery, sentence)


def not_readable(body: dict[str, Any]) -> BoltResponse:
    """A payload without the parts it always has: acknowledged, for it would not be better the next time."""
    if "command" in body:
        return BoltResponse(
            status=200, body={"response_type": "ephemeral", "text": escape(texts.said(texts.NOT_READABLE, "en"))}
        )
    return empty()


def _told(delivery: Delivery, sentence: str) -> BoltResponse:
    if delivery.kind is Kind.COMMAND:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": escape(sentence)})
    if delivery.kind is Kind.SUBMIT:
        return BoltResponse(
            status=200, body={"response_action": "update", "view": notice_view(sentence, delivery.locale)}
        )
    return empty()


def notice_view(sentence: str, locale: str) -> dict[str, Any]:
    """A modal that only says something."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": clip(texts.said(texts.NOT_RECORDED_TITLE, locale), 24)},
        "close": {"type": "plain_text", "text": texts.said(texts.CLOSE, locale)},
        "blocks": [{"type": "section", "text": {"type": "plain_text", "text": clip(sentence, MODAL_TEXT)}}],
    }


def _option(label: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": clip(label, 75)}, "value": clip(value, 150)}
