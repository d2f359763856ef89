"""`3` and `50%`: kubectl's regular expression and what the API server makes of it, over all words that people type."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotUnderstood
from bot.operations.budget_limits import Limit, read_limit, read_share, share_of


def kubectl(written: str) -> int | str | None:
    """What is stored of it in the end; `None` where kubectl or the API server refuses it (v1.36)."""
    if re.fullmatch(r"[0-9]+%?", written, re.ASCII) is None:
        return None
    if written.endswith("%"):
        return written if int(written[:-1]) <= 100 else None
    return int(written) if int(written) < 2**31 else None


LIKELY = st.one_of(
    st.integers(-5, 2**33).map(str),
    st.integers(-5, 300).map(lambda number: f"{number}%"),
    st.text(alphabet="0123456789%-+. ٣３", max_size=8),
    st.text(max_size=8),
)


@given(LIKELY)
def test_it_is_taken_as_there_or_refused_as_there(written: str) -> None:
    expected = kubectl(written)
    if expected is None:
        with pytest.raises(NotUnderstood):
            read_share(written, "min-available")
    else:
        assert read_share(written, "min-available") == expected


@given(st.one_of(st.integers(0, 500), st.integers(0, 100).map(lambda number: f"{number}%")), st.integers(0, 500))
def test_a_limit_reads_back_from_the_flag_it_is_written_as_and_needs_no_more_than_there_are(
    value: int | str, count: int
) -> None:
    for limit in (Limit(field="minAvailable", value=value), Limit(field="maxUnavailable", value=value)):
        flag, _, word = limit.flag.partition("=")
        least, most = (word, "") if flag == "--min-available" else ("", word)
        assert read_limit(least, most) == limit
        assert limit.needs(count) >= 0
        if isinstance(value, str) or limit.field == "maxUnavailable":
            assert limit.needs(count) <= count


@pytest.mark.parametrize(
    ("share", "pods", "part"), [("50%", 3, 2), ("33%", 3, 1), ("34%", 3, 2), ("0%", 9, 0), ("100%", 9, 9), (4, 9, 4)]
)
def test_shares_are_rounded_up_as_the_disruption_controller_does(share: int | str, pods: int, part: int) -> None:
    assert share_of(share, pods) == part


@pytest.mark.parametrize(
    ("least", "most", "why"),
    [
        ("", "", "one of min-available or max-unavailable must be specified"),
        ("1", "1", "min-available and max-unavailable cannot be both specified"),
        ("x", "", "invalid format specified for min-available"),
        ("", "-1", "invalid format specified for max-unavailable"),
        ("1.5", "", "invalid format"),
        ("50 %", "", "invalid format"),
        ("99999999999", "", "invalid format"),
        ("101%", "", "must not be greater than 100%"),
    ],
)
def test_refusals_are_kubectls(least: str, most: str, why: str) -> None:
    with pytest.raises(NotUnderstood, match=re.escape(why)):
        read_limit(least, most)
