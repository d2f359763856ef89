"""Covered: kubectl's forms, one canonical form, and refusal of the rest before anything is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotUnderstood
from bot.operations.models import Requirement, Selector
from bot.operations.queries import field_query, label_query, read_selector
from bot.operations.selectors import selector_of, selects

KEYS = st.sampled_from(["app", "app.kubernetes.io/name", "tier", "a-b"])
VALUES = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?", fullmatch=True)
REQUIREMENTS = st.one_of(
    st.builds(Requirement, key=KEYS, operator=st.just("NotIn"), values=st.tuples(VALUES)),
    st.builds(
        Requirement,
        key=KEYS,
        operator=st.sampled_from(["In", "NotIn"]),
        values=st.sets(VALUES, min_size=2, max_size=3).map(lambda values: tuple(sorted(values))),
    ),
    st.builds(Requirement, key=KEYS, operator=st.sampled_from(["Exists", "DoesNotExist"])),
)
SELECTORS = st.builds(
    Selector,
    match_labels=st.dictionaries(KEYS, VALUES, min_size=1, max_size=3),
    match_expressions=st.lists(REQUIREMENTS, min_size=1, max_size=3).map(tuple),
)
LABELS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(SELECTORS, LABELS)
def test_a_selector_that_is_written_and_read_selects_the_same(selector: Selector, labels: dict[str, str]) -> None:
    again = read_selector(selector_of(selector))
    assert selector_of(again) == selector_of(selector)
    assert selects(again, labels) == selects(selector, labels)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("", ""),
        ("app=web", "app=web"),
        ("app == web , tier!=cache", "app=web,tier notin (cache)"),
        ("tier in (b, a),!old,new", "tier in (a,b),!old,new"),
        ("app=", "app="),
        ("app=a,app=b", "app=a,app in (b)"),
    ],
)
def test_every_form_becomes_one(typed: str, sent: str) -> None:
    assert label_query(typed) == sent


@pytest.mark.parametrize(
    "typed", ["=", "app=we b", "app=web,", "app in web", "app in ()x", "app=<script>", "a&limit=1"]
)
def test_what_is_no_selector_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood, match="unable to parse requirement"):
        label_query(typed)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        sent = label_query(typed)
    except NotUnderstood:
        return
    assert label_query(sent) == sent


def test_field_selectors_keep_their_operators() -> None:
    assert field_query("status.phase != Running,spec.nodeName==n1") == "status.phase!=Running,spec.nodeName=n1"
    with pytest.raises(NotUnderstood, match="invalid field selector"):
        field_query("status.phase")
