"""What an element holds: its value at first, and after a person chose or typed something, as in `view.state.values`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.workspace.errors import NotOnScreen
from playground.workspace.wire import Json

_HOLDS: dict[str, str] = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
_INITIAL: dict[str, str] = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


def holds_a_value(element: Json) -> bool:
    """Buttons and menus of actions keep nothing."""
    return element.get("type") in _HOLDS and element["type"] != "overflow"


def initial(element: Json) -> Json:
    key = _HOLDS[element["type"]]
    default: Any = [] if key.endswith("s") and key != "files" else None
    return {"type": element["type"], key: element.get(_INITIAL.get(key, ""), default)}


def _offered(element: Json, loaded: Sequence[Json]) -> list[Json]:
    options = list(element.get("options") or []) + list(loaded)
    for group in element.get("option_groups") or []:
        options += group["options"]
    return options


def _option(element: Json, value: Any, loaded: Sequence[Json]) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    for option in _offered(element, loaded):
        if option.get("value") == wanted:
            return option
    raise NotOnScreen(f"{element.get('action_id')!r} offers no option {wanted!r}")


def chosen(element: Json, value: Any, loaded: Sequence[Json] = ()) -> Json:
    """The element's state after this choice; an option is named by its value. Raises NotOnScreen."""
    kind = element["type"]
    key = _HOLDS[kind]
    if isinstance(value, dict) and value.get("type") == kind:
        value = value.get(key)
    if value is None:
        return initial(element) | {key: [] if key == "selected_options" else None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, value, loaded)}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, each, loaded) for each in value]}
    if key == "value":
        _fits(element, str(value))
        return {"type": kind, key: str(value)}
    return {"type": kind, key: value}


def _fits(element: Json, text: str) -> None:
    longest = min(element.get("max_length", 3000), 3000)
    if len(text) > longest or len(text) < element.get("min_length", 0):
        raise NotOnScreen(f"{element.get('action_id')!r} does not take {len(text)} characters")


def empty(state: Json) -> bool:
    """Whether a required input would be complained about by Slack's client."""
    key = _HOLDS[state["type"]]
    return state.get(key) in (None, "", [])


def action(element: Json, value: Any, loaded: Sequence[Json] = ()) -> Json:
    """What `actions[0]` of a block_actions payload says of this element. Raises NotOnScreen."""
    kind = element["type"]
    if kind in _HOLDS:
        return chosen(element, value, loaded)
    fields: Json = {"type": kind}
    for name in ("text", "value", "style", "url"):
        if name in element:
            fields[name] = element[name]
    if kind == "feedback_buttons":
        fields.pop("text", None)
        fields["value"] = value
    return fields
