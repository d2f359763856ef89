"""What reaches the log: an event and plain pairs, redacted; never what came in or goes out."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.observability.logging import configure_logging

TOKEN = "xoxb-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"  # made up, in the form that Slack's have


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure_logging("debug", json=True, stream=stream)
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_pairs(stream: io.StringIO) -> None:
    structlog.get_logger("slack").info("card_posted", request=142, channel="C0PAYMENTS")

    [line] = lines(stream)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "event": "card_posted",
        "request": 142,
        "channel": "C0PAYMENTS",
        "level": "info",
        "logger": "kajitori.slack",
    }


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ({"token": "hunter2"}, "(dict)"),
        ([{"text": "hunter2"}], "(list)"),
        (b"password=hunter2", "(16 bytes)"),
        (ValueError("hunter2"), "(ValueError)"),
    ],
)
def test_what_is_not_plain_is_replaced_by_its_kind(stream: io.StringIO, payload: object, shown: str) -> None:
    structlog.get_logger("web").warning("refused", body=payload)

    assert lines(stream)[0]["body"] == shown
    assert "hunter2" not in stream.getvalue()


def test_a_long_text_is_cut(stream: io.StringIO) -> None:
    structlog.get_logger("web").info("said", text="a" * 5_000)

    assert len(lines(stream)[0]["text"]) == 500


def test_a_token_is_redacted_wherever_it_stands(stream: io.StringIO) -> None:
    structlog.get_logger("slack").info(f"posting with {TOKEN}", why=f"because of {TOKEN}")

    assert TOKEN not in stream.getvalue()


def test_a_token_in_an_exception_is_redacted_and_the_trace_stays(stream: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot use {TOKEN}")
    except ValueError:
        structlog.get_logger("slack").exception("failed")

    [line] = lines(stream)
    assert TOKEN not in stream.getvalue()
    assert "test_a_token_in_an_exception" in line["exception"]


def test_libraries_are_heard_from_warnings_on_and_redacted_too(stream: io.StringIO) -> None:
    logging.getLogger("slack_bolt").debug("body: %s", {"text": "hunter2"})
    logging.getLogger("slack_bolt").info("body: hunter2")
    logging.getLogger("kubernetes").warning("plugin said %s", TOKEN)

    [line] = lines(stream)
    assert line["logger"] == "kubernetes"
    assert TOKEN not in stream.getvalue()


def test_less_severe_events_are_left_out(stream: io.StringIO) -> None:
    configure_logging("warning", json=True, stream=stream)

    structlog.get_logger("slack").info("nothing")
    structlog.get_logger("slack").warning("something")

    assert [line["event"] for line in lines(stream)] == ["something"]


def test_people_get_lines_without_colours_where_there_is_no_terminal(stream: io.StringIO) -> None:
    configure_logging("info", json=False, stream=stream)

    structlog.get_logger("slack").info("card_posted", request=142)

    assert "card_posted" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
