"""`rich_text`: sections, lists, quotes and preformatted text made of parts that are never parsed as markup."""

from __future__ import annotations

from playground.workspace.block_checks import Shape, array, boolean, exactly, integer, one_of, shape, string, typed, url

_STYLE = exactly(
    shape(
        bold=boolean,
        italic=boolean,
        strike=boolean,
        code=boolean,
        underline=boolean,
        highlight=boolean,
        client_highlight=boolean,
        unlink=boolean,
    )
)
_ID = string(20)
PARTS: dict[str, Shape] = {
    "text": shape("text", text=string(12_000), style=_STYLE),
    "channel": shape("channel_id", channel_id=_ID, style=_STYLE),
    "user": shape("user_id", user_id=_ID, style=_STYLE),
    "emoji": shape("name", name=string(100), unicode=string(100), skin_tone=integer(1, 6), style=_STYLE),
    "link": shape("url", url=url(), text=string(12_000), unsafe=boolean, style=_STYLE),
    "team": shape("team_id", team_id=_ID, style=_STYLE),
    "usergroup": shape("usergroup_id", usergroup_id=_ID, style=_STYLE),
    "date": shape(
        "timestamp format",
        timestamp=integer(0, 10**11),
        format=string(1000),
        url=url(),
        fallback=string(1000),
        style=_STYLE,
    ),
    "broadcast": shape("range", range=one_of("here", "channel", "everyone"), style=_STYLE),
    "color": shape("value", value=string(7, shortest=4), style=_STYLE),
}
_PARTS = array(typed(PARTS, noun="element type"), least=0, most=2000)
_PLAIN_PARTS = array(typed({"text": PARTS["text"], "link": PARTS["link"]}, noun="element type"), least=0, most=2000)
_SECTION = shape("elements", elements=_PARTS)
_BORDER = integer(0, 1)
RICH_TEXT_ELEMENTS: dict[str, Shape] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": shape("elements", elements=_PLAIN_PARTS, border=_BORDER, language=string(50)),
    "rich_text_quote": shape("elements", elements=_PARTS, border=_BORDER),
    "rich_text_list": shape(
        "style elements",
        style=one_of("bullet", "ordered"),
        elements=array(typed({"rich_text_section": _SECTION}, noun="element type"), most=1000),
        indent=integer(0, 8),
        offset=integer(0, 100_000),
        border=_BORDER,
    ),
}
RICH_TEXT = shape(
    "elements",
    elements=array(typed(RICH_TEXT_ELEMENTS, noun="element type"), least=1, most=1000),
    block_id=string(255),
)
