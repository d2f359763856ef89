"""Covered: kubectl's refusals, near names, rights that are lacking, Secrets, and text that would deceive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.near import near_names
from bot.operations.untrusted import one_line, visible
from bot.operations.view import View
from commands.reading import GetArguments, get
from tests.reading.conftest import RecordingReader, pod

Cluster = Callable[..., RecordingReader]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"resources": ()}, "Required resource not specified"),
        ({"resources": ("podz",)}, "the server doesn't have a resource type podz"),
        ({"resources": ("pods/a", "pods")}, "no need to specify a resource type"),
        ({"resources": ("pods", "a"), "selector": "app=a"}, "name cannot be provided when a selector is specified"),
        ({"resources": ("pods", "a"), "all_namespaces": True}, "cannot be retrieved by name across all namespaces"),
        ({"resources": ("pods",), "output": "xml"}, "unable to match a printer suitable for the output format xml"),
        ({"resources": ("pods", "../../secrets/x")}, "the server doesn.t have a resource type .."),
        ({"resources": ("pods",), "selector": "a b"}, "unable to parse requirement"),
    ],
)
async def test_kubectls_refusals_come_before_anything_is_asked(
    cluster: Cluster, arguments: dict[str, Any], reason: str
) -> None:
    reader = cluster(pod())
    with pytest.raises(NotUnderstood, match=reason):
        await get(reader, GetArguments(namespace="shop", **arguments))
    assert reader.asked == []


@pytest.mark.parametrize("word", ["secret", "Secrets", "secrets.v1", "po,secret", "secret/db"])
async def test_secrets_are_not_read(cluster: Cluster, word: str) -> None:
    reader = cluster(pod())
    with pytest.raises(Refused, match="Secrets are not shown"):
        await get(reader, GetArguments(resources=(word,), namespace="shop"))
    assert reader.asked == []


async def test_a_kind_that_is_nearly_right_is_offered(cluster: Cluster) -> None:
    with pytest.raises(NotUnderstood) as caught:
        await get(cluster(), GetArguments(resources=("deploymnet",), namespace="shop"))
    assert "get deployments" in [choice.command_line for choice in caught.value.choices]


async def test_a_missing_name_is_told_in_kubectls_words_with_names_near_it(cluster: Cluster) -> None:
    reader = cluster(pod("app-7d4f"), pod("app-9c1b"), pod("worker-1"))
    arguments = GetArguments(resources=("pod", "app"), namespace="shop", context="prod")
    with pytest.raises(NotFound) as caught:
        await get(reader, arguments)
    assert str(caught.value.what) == "pods app not found"
    assert [choice.command_line for choice in caught.value.choices] == [
        "get pod/app-7d4f -n shop --context prod",
        "get pod/app-9c1b -n shop --context prod",
    ]


async def test_who_may_not_list_gets_no_names(cluster: Cluster) -> None:
    reader = cluster(pod("app-7d4f"), forbidden={("list", "pods", "")})
    with pytest.raises(NotFound) as caught:
        await get(reader, GetArguments(resources=("pod", "app"), namespace="shop"))
    assert caught.value.choices == ()


async def test_who_may_not_read_is_told_so(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="may not list pods"):
        await get(cluster(forbidden={("list", "pods", "")}), GetArguments(resources=("pods",), namespace="shop"))


async def test_what_may_be_read_is_shown_beside_what_may_not(cluster: Cluster) -> None:
    reader = cluster(pod(), forbidden={("list", "nodes", "")})
    view = await get(reader, GetArguments(resources=("po,no",), namespace="shop"))
    assert isinstance(view, View)
    assert "pod/app-1" in view.output
    assert [str(warning) for warning in view.warnings] == ["may not list nodes"]


async def test_what_exists_is_shown_beside_what_does_not(cluster: Cluster) -> None:
    view = await get(cluster(pod()), GetArguments(resources=("po", "app-1", "nope"), namespace="shop"))
    assert isinstance(view, View) and view.table is not None
    assert [row[0] for row in view.table.rows] == ["app-1"]
    assert [str(warning) for warning in view.warnings] == ["pods nope not found"]


async def test_nothing_there_is_said_in_kubectls_words(cluster: Cluster) -> None:
    view = await get(cluster(), GetArguments(resources=("pods",), namespace="shop"))
    assert isinstance(view, View)
    assert [str(line) for line in view.lines] == ["No resources found in shop namespace."]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil\x07click\x1b]8;;\x07", "click"),
        ("a\x00b", "a␀b"),
        ("over\rwritten", "over␍written"),
        ("pay \u202eecilA", "pay \ufffdecilA"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("tab\tand\r\nline", "tab  and\nline"),
        ("*bold* <!channel> `code`", "*bold* <!channel> `code`"),
    ],
)
def test_text_that_would_deceive_is_made_visible(written: str, shown: str) -> None:
    assert visible(written) == shown


@given(st.text())
def test_what_is_shown_has_no_control_characters_and_stays_so(written: str) -> None:
    shown = visible(written)
    assert not any((ord(each) < 32 and each != "\n") or 0x7F <= ord(each) < 0xA0 for each in shown)
    assert visible(shown) == shown
    assert "\n" not in one_line(written)


@given(
    st.text(alphabet="abcdef-", min_size=1, max_size=12), st.lists(st.text(alphabet="abcdef-", min_size=1), max_size=8)
)
def test_near_names_are_known_names_and_the_same_name_is_the_nearest(typed: str, known: list[str]) -> None:
    found = near_names(typed, [*known, typed])
    assert set(found) <= {*known, typed}
    assert typed in found or len(found) == 3
