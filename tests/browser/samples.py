"""One of every block and element of Block Kit, as Slack takes them."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import button, plain, section

Json = dict[str, Any]
NOW = 1_764_000_000


def words(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


def said(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


RICH = {
    "type": "rich_text",
    "elements": [
        words(
            said("Plain, "), said("bold, ", bold=True), said("italic, ", italic=True), said("struck, ", strike=True),
            said("code", code=True), said(", for "), {"type": "user", "user_id": "U0BOB"},
            {"type": "usergroup", "usergroup_id": "S0SRE"}, {"type": "channel", "channel_id": "C0PAYMENTS"},
            {"type": "broadcast", "range": "here"}, {"type": "emoji", "name": "fire", "unicode": "1f525"},
            {"type": "link", "url": "https://example.com/", "text": "runbook"},
            {"type": "date", "timestamp": NOW, "format": "{date_num} {time}", "fallback": "then"},
            {"type": "color", "value": "#3355ff"}, {"type": "team", "team_id": "T0KAJITORI"},
        ),
        {"type": "rich_text_list", "style": "bullet", "elements": [words(said("first")), words(said("second"))]},
        {"type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [words(said("third"))]},
        {"type": "rich_text_quote", "elements": [said("as she said")]},
        {"type": "rich_text_preformatted", "elements": [said("GET /healthz 200\n" + "x" * 180)]},
    ],
}  # fmt: skip
MARKDOWN = """# Runbook
A **bold** word, *one* more, ~~gone~~, `code`, [a link](https://example.com/).
- first
- [x] second
1. one
> quoted

| pod | ready |
|---|---|
| app-1 | 1/1 |

```
kubectl get pods
```
---"""


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


OPTIONS = [{"text": plain(name.title()), "value": name, "description": plain("what it is")} for name in ("one", "two")]
CARD: Json = {"type": "card", "title": plain("Card"), "body": plain("A body"), "actions": [button("Press", "in-card")]}
TASK: Json = {"type": "task_card", "task_id": "t", "title": "Wait for pods", "status": "in_progress", "details": RICH}
IMAGE: Json = {"type": "image", "image_url": "https://example.com/cpu.png", "alt_text": "CPU of shop/app"}

IN_ACTIONS: list[Json] = [
    button("Approve", "primary", style="primary"),
    button("Stop", "danger", style="danger", confirm={
        "title": plain("Stop it?"), "text": plain("Ten pods go."), "confirm": plain("Stop"), "deny": plain("No"),
    }),
    {"type": "overflow", "action_id": "overflow", "options": OPTIONS},
    {"type": "static_select", "action_id": "static_select", "options": OPTIONS, "placeholder": plain("Which")},
    {"type": "external_select", "action_id": "external_select", "placeholder": plain("Search")},
    {"type": "users_select", "action_id": "users_select"},
    {"type": "conversations_select", "action_id": "conversations_select"},
    {"type": "channels_select", "action_id": "channels_select"},
    {"type": "datepicker", "action_id": "datepicker", "initial_date": "2026-11-25"},
    {"type": "timepicker", "action_id": "timepicker", "initial_time": "03:12"},
    {"type": "datetimepicker", "action_id": "datetimepicker", "initial_date_time": NOW},
    {"type": "checkboxes", "action_id": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:1]},
    {"type": "radio_buttons", "action_id": "radio_buttons", "options": OPTIONS},
    {"type": "workflow_button", "action_id": "workflow_button", "text": plain("Workflow"), "workflow": {}},
    {"type": "rich_text_input", "action_id": "rich_text_input"},
]  # fmt: skip
FEEDBACK: Json = {
    "type": "feedback_buttons",
    "action_id": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "+"},
    "negative_button": {"text": plain("Bad"), "value": "-"},
}
IN_MESSAGES: dict[str, Json] = {
    "header": {"type": "header", "text": plain("SEV2 · shop/app")},
    "section": section(
        "*Bold* and `code` <@U0ALICE> <https://example.com/|link> &lt;tag&gt;",
        accessory=button("Open", "accessory"),
        fields=[plain("Ready\n10/10"), {"type": "mrkdwn", "text": "*Since*\n03:02"}],
    ),
    "divider": {"type": "divider"},
    "rich_text": RICH,
    "markdown": {"type": "markdown", "text": MARKDOWN},
    "table": {
        "type": "table",
        "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        "rows": [
            [cell(f"column {n}") for n in range(8)],
            [cell("shop/app-657c46bd7b-6gcd5"), *(cell(f"v2.4.{n}-with-a-long-name") for n in range(7))],
        ],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Pods",
        "rows": [[cell("pod"), cell("ready")], [cell("app"), {"type": "raw_number", "value": 3, "text": "3"}]],
    },
    "data_visualization": {
        "type": "data_visualization",
        "title": "5xx",
        "chart": {"type": "bar", "series": [{"name": "5xx", "data": [{"label": "03:00", "value": 12}]}]},
    },
    "image": {**IMAGE, "title": plain("CPU")},
    "context": {"type": "context", "elements": [plain("asked by alice"), IMAGE]},
    "actions": {"type": "actions", "elements": IN_ACTIONS},
    "context_actions": {
        "type": "context_actions",
        "elements": [FEEDBACK, {"type": "icon_button", "action_id": "icon", "icon": "trash", "text": plain("Delete")}],
    },
    "input": {
        "type": "input",
        "label": plain("Reason"),
        "element": {"type": "plain_text_input", "action_id": "reason"},
        "dispatch_action": True,
    },
    "file": {"type": "file", "external_id": "ABC", "source": "remote"},
    "video": {
        "type": "video",
        "title": plain("Talk"),
        "alt_text": "a talk",
        "video_url": "https://example.com/v",
        "thumbnail_url": "https://example.com/t.png",
    },
    "task_card": TASK,
    "plan": {"type": "plan", "title": "Rolling back", "tasks": [{**TASK, "task_id": "p", "status": "complete"}]},
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [{**CARD, "actions": [button("Press", "in-carousel")]}]},
}
ALERT: Json = {"type": "alert", "level": "warning", "text": plain("Argo CD will revert this.")}
INPUTS: list[Json] = [
    *(each for each in IN_ACTIONS if each["type"] not in ("button", "overflow", "workflow_button")),
    *({"type": f"multi_{kind}_select", "action_id": f"multi_{kind}_select"} for kind in
      ("external", "users", "conversations", "channels")),
    {"type": "multi_static_select", "action_id": "multi_static_select", "options": OPTIONS},
    {"type": "plain_text_input", "action_id": "plain_text_input", "multiline": True},
    {"type": "email_text_input", "action_id": "email_text_input"},
    {"type": "url_text_input", "action_id": "url_text_input"},
    {"type": "number_input", "action_id": "number_input", "is_decimal_allowed": False},
    {"type": "file_input", "action_id": "file_input"},
]  # fmt: skip
