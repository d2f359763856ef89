"""A person fills in a modal and submits or closes it; the acknowledgement says what becomes of it."""

from __future__ import annotations

from typing import Any

from playground.workspace import payloads
from playground.workspace.blocks import interactive
from playground.workspace.deliveries import Delivery
from playground.workspace.desk import Desk, interact, view_before
from playground.workspace.element_values import chosen, empty, holds_a_value
from playground.workspace.errors import NotOnScreen, SlackError
from playground.workspace.people import Person
from playground.workspace.views import View, checked
from playground.workspace.wire import Json

WHOLE = "*"


async def submit(desk: Desk, person: Person, view_id: str, values: Json) -> dict[str, str] | None:
    """Errors by block_id, or None when the app took it; `*` holds what failed for the view as a whole.

    `values` is `{action_id: value}` or `{block_id: {action_id: value}}`; a required input left empty is complained
    about by Slack's client, without asking the app. While one submission is under way the button takes no other.
    """
    view = view_before(desk, person, view_id)
    if view.body["type"] != "modal" or "submit" not in view.body:
        raise NotOnScreen(f"the view {view_id} has no submit button")
    _fill_in(desk, person, view, values)
    missing = _missing(view)
    if missing:
        return missing
    if view.submitting:
        raise NotOnScreen(f"the view {view_id} is being submitted already")
    payload = payloads.view_submission(desk.state, person, view)
    view.submitting = True
    try:
        outcome = await interact(desk, person, payload, channel=None, answer=True)
    finally:
        view.submitting = False
    if outcome.error:
        return {WHOLE: outcome.error}
    try:
        return _apply(desk, person, view, outcome.payload or {})
    except SlackError as error:
        return {WHOLE: "; ".join([error.error, *error.messages])}
    finally:
        desk.state.view_changed(person.id, "view")


def _fill_in(desk: Desk, person: Person, view: View, values: Json) -> None:
    known = set()
    for block, element, _ in interactive(view.body["blocks"]):
        action_id, block_id = element["action_id"], block["block_id"]
        if not holds_a_value(element):
            continue
        known |= {action_id, block_id}
        given, value = _given(values, block_id, action_id)
        if given:
            loaded = desk.loaded.get((person.id, f"{view.id}/{action_id}"), [])
            view.values[block_id][action_id] = chosen(element, value, loaded)
    unknown = sorted(values.keys() - known)
    if unknown:
        raise NotOnScreen(f"the view has no input {', '.join(unknown)}")


def _given(values: Json, block_id: str, action_id: str) -> tuple[bool, Any]:
    block = values.get(block_id)
    if isinstance(block, dict) and action_id in block:
        return True, block[action_id]
    return action_id in values, values.get(action_id)


def _missing(view: View) -> dict[str, str]:
    return {
        block["block_id"]: "Please complete this required field."
        for block, element, _ in interactive(view.body["blocks"])
        if block["type"] == "input"
        and not block.get("optional")
        and empty(view.values[block["block_id"]][element["action_id"]])
    }


def _apply(desk: Desk, person: Person, view: View, answer: Json) -> dict[str, str] | None:
    views, kind = desk.state.views, answer.get("response_action")
    if kind is None:
        views.close(person.id)
    elif kind == "clear":
        views.close(person.id, whole_stack=True)
    elif kind == "update":
        views.update(view, checked(answer.get("view"), "modal"))
    elif kind == "push":
        views.push(person.id, checked(answer.get("view"), "modal"))
    elif kind == "errors":
        return _errors(view, answer.get("errors"))
    else:
        raise SlackError("invalid_response_action")
    return None


def _errors(view: View, errors: object) -> dict[str, str]:
    """Slack shows errors at `input` blocks only, and refuses an answer that names others."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
        raise SlackError("invalid_errors", "[ERROR] errors must name input blocks of the view")
    return {str(block_id): str(text) for block_id, text in errors.items()}


async def close(desk: Desk, person: Person, view_id: str, *, whole_stack: bool = False) -> None:
    """The app hears of it where the view asked for that (`notify_on_close`)."""
    view = view_before(desk, person, view_id)
    gone = desk.state.views.close(person.id, whole_stack=whole_stack or view.body.get("clear_on_close", False))
    desk.state.view_changed(person.id, "view")
    for closed in gone:
        if closed.body.get("notify_on_close"):
            payload = payloads.view_closed(person, closed, cleared=len(gone) > 1)
            await desk.courier.once(Delivery(kind="interactive", payload=payload))
