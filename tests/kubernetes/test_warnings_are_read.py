"""`Warning:` headers as RFC 7234 has them, and whatever else comes in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kubernetes.cluster import Client
from bot.kubernetes.warning_headers import parse_warnings
from tests.kubernetes.api_server import ApiServer


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (['299 - "careful"'], ("careful",)),
        (['299 - "say \\"no\\" \\\\ now"'], ('say "no" \\ now',)),
        (['299 - "one", 299 - "two"', '299 - "three"'], ("one", "two", "three")),
        (['299 - "a, b" "Wed, 21 Oct 2026 07:28:00 GMT", 299 - "c"'], ("a, b", "c")),
        (['299 - "same"', '299 - "same"'], ("same",)),
        (['199 - "not for us"', '299 - ""'], ()),
        (["299 - unquoted", '299 - "open', "", "garbage"], ()),
        (['299 - "a\tb"'], ("a b",)),
    ],
)
def test_their_texts(headers: list[str], expected: tuple[str, ...]) -> None:
    assert parse_warnings(headers) == expected


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)))
def test_every_text_that_was_quoted_comes_back(texts: list[str]) -> None:
    header = ", ".join('299 - "{}"'.format(each.replace("\\", "\\\\").replace('"', '\\"')) for each in texts)
    expected = tuple(dict.fromkeys(each.strip() for each in texts if each.strip()))
    assert parse_warnings([header]) == expected[:50]


@given(st.lists(st.text(max_size=60), max_size=4))
def test_nothing_that_comes_breaks_it(headers: list[str]) -> None:
    for shown in parse_warnings(headers):
        assert 0 < len(shown) <= 500


async def test_they_come_with_the_answer(server: ApiServer, client: Client) -> None:
    server.answer("GET", "/version", {}, headers=[("Warning", '299 - "one"'), ("Warning", '299 - "two"')])
    assert (await client.request("GET", "/version")).warnings == ("one", "two")
