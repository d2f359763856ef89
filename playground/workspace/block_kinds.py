"""The blocks of Block Kit, and which surface takes which."""

from __future__ import annotations

from typing import Any

from playground.workspace.block_checks import (
    Check,
    Problems,
    Shape,
    anything,
    array,
    at_least_one_key,
    boolean,
    exactly,
    exactly_one_key,
    integer,
    number,
    one_of,
    shape,
    string,
    typed,
    url,
)
from playground.workspace.block_elements import (
    BLOCK_ID,
    BUTTON,
    CONTEXT_TEXTS,
    ELEMENTS,
    IN_ACCESSORY,
    IN_ACTIONS,
    IN_INPUT,
    SLACK_FILE,
    URL_SOURCE,
    mrkdwn_or_plain,
    plain,
)
from playground.workspace.block_rich_text import RICH_TEXT

_CELL: dict[str, Shape] = {
    "raw_text": shape("text", text=string(12_000)),
    "raw_number": shape("value", value=number, text=string(1000)),
    "rich_text": RICH_TEXT,
}
_HEAD_CELL = {kind: cell for kind, cell in _CELL.items() if kind != "rich_text"}
_COLUMN = exactly(shape(align=one_of("left", "center", "right"), is_wrapped=boolean))


def _same_widths(problems: Problems, pointer: str, value: Any) -> None:
    rows = [row for row in value.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        problems.add(f"{pointer}/rows", "all rows must have the same number of cells")


def _data_table(problems: Problems, pointer: str, value: Any) -> None:
    _same_widths(problems, pointer, value)
    rows = value.get("rows")
    if isinstance(rows, list) and rows and isinstance(rows[0], list):
        for index, cell in enumerate(rows[0]):
            typed(_HEAD_CELL, noun="header cell type")(problems, f"{pointer}/rows/0/{index}", cell)


_TABLE_ROWS = array(array(typed(_CELL, noun="cell type"), most=20), most=100)
_TASK = shape(
    "task_id title",
    task_id=string(255),
    title=string(1000),
    status=one_of("pending", "in_progress", "complete", "error"),
    details=typed({"rich_text": RICH_TEXT}),
    output=typed({"rich_text": RICH_TEXT}),
    sources=array(typed({"url": URL_SOURCE}), most=50),
    block_id=BLOCK_ID,
)


def _chart(problems: Problems, pointer: str, value: Any) -> None:
    chart = value.get("chart")
    if not isinstance(chart, dict) or chart.get("type") not in ("pie", "bar", "line", "area"):
        problems.add(f"{pointer}/chart", "chart type must be one of: pie, bar, line, area")
        return
    parts = chart.get("segments" if chart["type"] == "pie" else "series")
    array(anything, most=6)(problems, f"{pointer}/chart", parts)


BLOCKS: dict[str, Shape] = {
    "section": shape(
        whole=at_least_one_key("text", "fields"),
        text=mrkdwn_or_plain(3000),
        fields=array(mrkdwn_or_plain(2000), most=10),
        accessory=IN_ACCESSORY,
        expand=boolean,
        block_id=BLOCK_ID,
    ),
    "divider": shape(block_id=BLOCK_ID),
    "image": shape(
        "alt_text",
        whole=exactly_one_key("image_url", "slack_file"),
        image_url=url(),
        slack_file=SLACK_FILE,
        alt_text=string(2000),
        title=plain(2000),
        block_id=BLOCK_ID,
    ),
    "actions": shape("elements", elements=array(IN_ACTIONS, most=25), block_id=BLOCK_ID),
    "context": shape("elements", elements=array(typed(CONTEXT_TEXTS, noun="element type"), most=10), block_id=BLOCK_ID),
    "context_actions": shape(
        "elements",
        elements=array(
            typed({kind: ELEMENTS[kind] for kind in ("feedback_buttons", "icon_button")}, noun="element type"), most=5
        ),
        block_id=BLOCK_ID,
    ),
    "input": shape(
        "label element",
        label=plain(2000),
        element=IN_INPUT,
        hint=plain(2000),
        optional=boolean,
        dispatch_action=boolean,
        block_id=BLOCK_ID,
    ),
    "header": shape("text", text=plain(150), level=integer(1, 4), block_id=BLOCK_ID),
    "markdown": shape("text", text=string(12_000), block_id=BLOCK_ID),
    "rich_text": RICH_TEXT,
    "file": shape("external_id source", external_id=string(255), source=one_of("remote"), block_id=BLOCK_ID),
    "video": shape(
        "alt_text title video_url thumbnail_url",
        alt_text=string(2000),
        title=plain(199),
        title_url=url(),
        description=plain(200),
        video_url=url(),
        thumbnail_url=url(),
        author_name=string(49),
        provider_name=string(200),
        provider_icon_url=url(),
        block_id=BLOCK_ID,
    ),
    "table": shape(
        "rows",
        whole=_same_widths,
        rows=_TABLE_ROWS,
        column_settings=array(_COLUMN, most=20),
        block_id=BLOCK_ID,
    ),
    "data_table": shape(
        "rows caption",
        whole=_data_table,
        rows=array(array(typed(_CELL, noun="cell type"), most=20), least=2, most=101),
        caption=string(1000),
        page_size=integer(1, 100),
        row_header_column_index=integer(0, 19),
        block_id=BLOCK_ID,
    ),
    "data_visualization": shape("title chart", whole=_chart, title=string(50), chart=anything, block_id=BLOCK_ID),
    "plan": shape(
        "title", title=string(1000), tasks=array(typed({"task_card": _TASK}), least=0, most=50), block_id=BLOCK_ID
    ),
    "task_card": _TASK,
    "alert": shape(
        "text",
        text=mrkdwn_or_plain(3000),
        level=one_of("default", "info", "warning", "error", "success"),
        block_id=BLOCK_ID,
    ),
    "card": shape(
        whole=at_least_one_key("hero_image", "title", "actions", "body"),
        hero_image=typed({"image": ELEMENTS["image"]}),
        icon=typed({"image": ELEMENTS["image"]}),
        title=mrkdwn_or_plain(150),
        subtitle=mrkdwn_or_plain(150),
        subtext=mrkdwn_or_plain(200),
        body=mrkdwn_or_plain(200),
        actions=array(typed({"button": BUTTON}), most=3),
        block_id=BLOCK_ID,
    ),
}
BLOCKS["carousel"] = shape("elements", elements=array(typed({"card": BLOCKS["card"]}), most=10), block_id=BLOCK_ID)

ONLY_IN_MESSAGES = frozenset({"markdown", "plan", "task_card", "context_actions"})
NOT_IN_MODALS = ONLY_IN_MESSAGES | {"table", "data_table", "data_visualization", "carousel", "container"}


def blocks_for(surface: str) -> Check:
    """`surface` is message, modal or home."""
    refused = {"message": {"alert"}, "modal": NOT_IN_MODALS, "home": ONLY_IN_MESSAGES | {"alert"}}[surface]
    kinds = {kind: wanted for kind, wanted in BLOCKS.items() if kind not in refused}
    least = 0 if surface == "home" else 1
    return array(typed(kinds, noun="block type"), least=least, most=50 if surface == "message" else 100)
