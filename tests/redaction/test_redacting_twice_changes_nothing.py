"""What was redacted stays as it is, whatever it was made of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.observability.redaction import redact

PIECES = st.sampled_from(
    [
        *["--token", "=", " ", "'", '"', "“", "”", "\\", "{", "}", ":", ",", "password", "Authorization: Bearer ", "x"],
        *["--from-literal=", "a=b", "create secret ", "[redacted]", "https://u:p@h", "<", ">", "|", "&amp;", "—", "\n"],
        *[
            '"stringData":{',
            '"name":"PASSWORD","value":"',
            "AKIA" + "IOSFODNN7EXAMPLE",
            "BEGIN PRIVATE KEY",
            " is ",
            "@",
        ],
        *[
            "set env ",
            "set image ",
            "KEY=Zm9vYmFyQmF6UXV4MTIz",
            "password=img:v1",
            "パスワードは",
            "://",
            "eyJhbGciOiJS",
        ],
    ]
)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join)))
def test_it_is_idempotent(typed: str) -> None:
    once = redact(typed)
    assert redact(once) == once


@pytest.mark.parametrize(
    "piece", ["a", "-", "password", "=", '"', "\\", "token=", "a.", "https://u:", "{", "x=", "--set "]
)
def test_forty_thousand_characters_are_redacted_too(piece: str) -> None:
    assert isinstance(redact(piece * (40_000 // len(piece))), str)
