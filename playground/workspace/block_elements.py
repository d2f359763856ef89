"""Composition objects and interactive elements of Block Kit with their limits (docs.slack.dev/reference/block-kit)."""

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
    one_of,
    shape,
    string,
    typed,
    url,
)

ACTION_ID = string(255)
BLOCK_ID = string(255)


def plain(longest: int) -> Check:
    return typed({"plain_text": shape("text", text=string(longest), emoji=boolean)}, noun="text type")


def mrkdwn_or_plain(longest: int) -> Check:
    return typed(
        {
            "plain_text": shape("text", text=string(longest), emoji=boolean),
            "mrkdwn": shape("text", text=string(longest), verbatim=boolean),
        },
        noun="text type",
    )


CONFIRM = exactly(
    shape(
        "title text confirm deny",
        title=plain(100),
        text=mrkdwn_or_plain(300),
        confirm=plain(30),
        deny=plain(30),
        style=one_of("primary", "danger"),
    )
)
OPTION = exactly(shape("text value", text=plain(75), value=string(150), description=plain(75)))
RICH_OPTION = exactly(shape("text value", text=mrkdwn_or_plain(75), value=string(150), description=mrkdwn_or_plain(75)))
OVERFLOW_OPTION = exactly(shape("text value", text=plain(75), value=string(150), description=plain(75), url=url()))
OPTION_GROUP = exactly(shape("label options", label=plain(75), options=array(OPTION, most=100)))
SLACK_FILE = exactly(shape(whole=exactly_one_key("id", "url"), id=string(255), url=url()))
_FILTER = exactly(
    shape(
        whole=at_least_one_key("include", "exclude_external_shared_channels", "exclude_bot_users"),
        include=array(one_of("im", "mpim", "private", "public"), most=4),
        exclude_external_shared_channels=boolean,
        exclude_bot_users=boolean,
    )
)
_DISPATCH = exactly(
    shape("trigger_actions_on", trigger_actions_on=array(one_of("on_enter_pressed", "on_character_entered"), most=2))
)


def _values_unique(problems: Problems, pointer: str, value: Any) -> None:
    options = value.get("options")
    if isinstance(options, list):
        values = [option.get("value") for option in options if isinstance(option, dict)]
        if len(values) != len(set(map(str, values))):
            problems.add(f"{pointer}/options", "option values must be unique")


def _initial_is_offered(problems: Problems, pointer: str, value: Any) -> None:
    _values_unique(problems, pointer, value)
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options") or [] if isinstance(group, dict) else []
    chosen = value.get("initial_options") or ([value["initial_option"]] if "initial_option" in value else [])
    if not isinstance(chosen, list) or any(option not in offered for option in chosen):
        problems.add(pointer, "initial option must exactly match one of the provided options")


def _static(problems: Problems, pointer: str, value: Any) -> None:
    exactly_one_key("options", "option_groups")(problems, pointer, value)
    _initial_is_offered(problems, pointer, value)


_SELECT: dict[str, Check] = {
    "action_id": ACTION_ID,
    "placeholder": plain(150),
    "confirm": CONFIRM,
    "focus_on_load": boolean,
}
_SINGLE = _SELECT | {"response_url_enabled": boolean}
_MULTI = _SELECT | {"max_selected_items": integer(1, 100)}
_PICKER: dict[str, Check] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean}
_TEXT_INPUT: dict[str, Check] = {
    "action_id": ACTION_ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
}
_OPTIONS: dict[str, Check] = {
    "options": array(OPTION, most=100),
    "option_groups": array(OPTION_GROUP, most=100),
}


def _select(fields: dict[str, Check], *, required: str = "", whole: Check | None = None, **own: Check) -> Shape:
    return Shape(fields=fields | own, required=frozenset(required.split()), whole=whole)


BUTTON = shape(
    "text",
    text=plain(75),
    action_id=ACTION_ID,
    url=url(),
    value=string(2000),
    style=one_of("primary", "danger"),
    confirm=CONFIRM,
    accessibility_label=string(75),
    visible_to_user_ids=array(string(20), most=100),
    agent_prompt=string(4000),
    agent_prompt_display=string(4000),
)
IMAGE = shape(
    "alt_text",
    whole=exactly_one_key("image_url", "slack_file"),
    image_url=url(),
    alt_text=string(2000),
    slack_file=SLACK_FILE,
)
_FEEDBACK_BUTTON = exactly(shape("text value", text=plain(75), value=string(2000), accessibility_label=string(75)))

ELEMENTS: dict[str, Shape] = {
    "button": BUTTON,
    "image": IMAGE,
    "overflow": shape(
        "options",
        whole=_values_unique,
        action_id=ACTION_ID,
        options=array(OVERFLOW_OPTION, least=1, most=5),
        confirm=CONFIRM,
    ),
    "checkboxes": shape(
        "options",
        whole=_initial_is_offered,
        options=array(RICH_OPTION, most=10),
        initial_options=array(RICH_OPTION, most=10),
        **_PICKER,
    ),
    "radio_buttons": shape(
        "options",
        whole=_initial_is_offered,
        options=array(RICH_OPTION, most=10),
        initial_option=RICH_OPTION,
        **_PICKER,
    ),
    "static_select": _select(_SINGLE | _OPTIONS, whole=_static, initial_option=OPTION),
    "multi_static_select": _select(_MULTI | _OPTIONS, whole=_static, initial_options=array(OPTION, most=100)),
    "external_select": _select(_SINGLE, initial_option=OPTION, min_query_length=integer(0, 150)),
    "multi_external_select": _select(_MULTI, initial_options=array(OPTION, most=100), min_query_length=integer(0, 150)),
    "users_select": _select(_SINGLE, initial_user=string(20)),
    "multi_users_select": _select(_MULTI, initial_users=array(string(20), most=100)),
    "conversations_select": _select(
        _SINGLE, initial_conversation=string(20), default_to_current_conversation=boolean, filter=_FILTER
    ),
    "multi_conversations_select": _select(
        _MULTI,
        initial_conversations=array(string(20), most=100),
        default_to_current_conversation=boolean,
        filter=_FILTER,
    ),
    "channels_select": _select(_SINGLE, initial_channel=string(20)),
    "multi_channels_select": _select(_MULTI, initial_channels=array(string(20), most=100)),
    "datepicker": shape("", placeholder=plain(150), initial_date=string(10, shortest=10), **_PICKER),
    "timepicker": shape("", placeholder=plain(150), initial_time=string(5, shortest=5), timezone=string(50), **_PICKER),
    "datetimepicker": shape("", initial_date_time=integer(10**9, 10**10 - 1), **_PICKER),
    "plain_text_input": _select(
        _TEXT_INPUT,
        initial_value=string(3000, shortest=0),
        multiline=boolean,
        min_length=integer(0, 3000),
        max_length=integer(1, 3000),
    ),
    "email_text_input": _select(_TEXT_INPUT, initial_value=string(3000)),
    "url_text_input": _select(_TEXT_INPUT, initial_value=string(3000)),
    "number_input": _select(
        _TEXT_INPUT,
        required="is_decimal_allowed",
        is_decimal_allowed=boolean,
        initial_value=string(100),
        min_value=string(100),
        max_value=string(100),
    ),
    "rich_text_input": _select(_TEXT_INPUT, initial_value=anything),
    "file_input": shape(action_id=ACTION_ID, filetypes=array(string(20), most=100), max_files=integer(1, 10)),
    "workflow_button": shape(
        "text workflow",
        text=plain(75),
        workflow=anything,
        action_id=ACTION_ID,
        style=one_of("primary", "danger"),
        accessibility_label=string(75),
    ),
    "feedback_buttons": shape(
        "positive_button negative_button",
        action_id=ACTION_ID,
        positive_button=_FEEDBACK_BUTTON,
        negative_button=_FEEDBACK_BUTTON,
    ),
    "icon_button": shape(
        "icon text",
        icon=one_of("trash"),
        text=plain(75),
        action_id=ACTION_ID,
        value=string(2000),
        confirm=CONFIRM,
        accessibility_label=string(75),
        visible_to_user_ids=array(string(20), most=100),
    ),
}
URL_SOURCE = shape("url text", url=url(), text=string(3000), icon_url=url())
CONTEXT_TEXTS: dict[str, Shape] = {
    "plain_text": shape("text", text=string(3000), emoji=boolean),
    "mrkdwn": shape("text", text=string(3000), verbatim=boolean),
    "image": IMAGE,
}


def elements(*kinds: str) -> Check:
    return typed({kind: ELEMENTS[kind] for kind in kinds}, noun="element type")


_CHOICES = tuple(kind for kind in ELEMENTS if "select" in kind or kind in ("checkboxes", "radio_buttons"))
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_INPUTS = tuple(kind for kind in ELEMENTS if kind.endswith("_input"))
IN_ACTIONS = elements(
    "button", "overflow", "workflow_button", *(k for k in _CHOICES if "multi" not in k), *_PICKERS, "rich_text_input"
)
IN_ACCESSORY = elements(
    "button", "image", "overflow", "workflow_button", *_CHOICES, *(k for k in _PICKERS if k != "datetimepicker")
)
IN_INPUT = elements(*_CHOICES, *_PICKERS, *_INPUTS)
