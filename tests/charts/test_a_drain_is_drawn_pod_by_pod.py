"""The picture of a drain has a line a pod, whose names say whose it is and which, and no two look alike."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.labels import LONGEST, shortened
from bot.charts.progress import Bar, Drawing, as_numbers, draw

BARS = (
    Bar(pod="shop/app-5d8c7b9f4-2kx8w", asked=0, going=0.2, until=31, gone=True),
    Bar(pod="shop/app-5d8c7b9f4-9qf7t", asked=0.1, held=0.2, going=60, until=91, gone=True),
    Bar(pod="shop/checkout-worker-of-the-evening-77c9d5f6b8-zzv5k", asked=0.3, held=0.4, until=240, stays=True),
    Bar(pod="shop/web-0", going=5, until=240),
)


@pytest.mark.long
@pytest.mark.parametrize(("rows", "height"), [(1, 330), (24, 1260)], ids=["one pod", "the most"])
async def test_it_grows_with_its_pods_and_stays_as_wide_as_a_phone_shows(rows: int, height: int) -> None:
    bars = tuple(
        Bar(pod=f"shop/app-{n}", asked=n, held=n + 1, going=n + 9, until=n + 20, gone=True) for n in range(rows)
    )
    picture = await draw(Drawing(bars=bars, ended="done", more=7 if rows > 1 else 0))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (1200, height)
    assert len(picture) < 150_000


@pytest.mark.long
async def test_pods_that_go_stay_and_are_gone_are_drawn() -> None:
    assert len(await draw(Drawing(bars=BARS, ended="failed"))) > 10_000


def test_its_numbers_are_a_row_a_pod_where_it_cannot_be_drawn() -> None:
    assert as_numbers(Drawing(bars=BARS)).decode().splitlines() == [
        "pod,asked,held,going,gone",
        "shop/app-5d8c7b9f4-2kx8w,0.0,,0.2,31.0",
        "shop/app-5d8c7b9f4-9qf7t,0.1,0.2,60.0,91.0",
        "shop/checkout-worker-of-the-evening-77c9d5f6b8-zzv5k,0.3,0.4,,",
        "shop/web-0,,,5.0,",
    ]


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    long, short = shortened(["shop/checkout-worker-of-the-evening-77c9d5f6b8-zzv5k", "shop/web-0"])
    assert long == "checkout-wo…d5f6b8-zzv5k"
    assert short == "web-0"


def test_a_namespace_is_said_where_there_are_several() -> None:
    assert shortened(["shop/web-0", "pay/web-0"]) == ["shop/web-0", "pay/web-0"]


def test_what_would_look_alike_is_said_in_full() -> None:
    names = [f"shop/{'a' * 40}{middle}{'b' * 40}" for middle in ("1", "2")]
    assert shortened(names) == [each.removeprefix("shop/") for each in names]


NAMES = st.text("abc-0", min_size=1, max_size=60)


@given(st.lists(st.tuples(st.sampled_from(["shop", "pay"]), NAMES), unique=True, max_size=8))
def test_no_two_pods_have_the_same_label(found: list[tuple[str, str]]) -> None:
    names = [f"{space}/{name}" for space, name in found]
    labels = shortened(names)
    assert len(set(labels)) == len(names)
    assert all(
        len(each) <= LONGEST or each in (name, name.partition("/")[2]) for each, name in zip(labels, names, strict=True)
    )
