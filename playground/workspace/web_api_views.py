"""views.* and blocks.validate: modals and Home tabs."""

from __future__ import annotations

import json

from playground.workspace.arguments import Arguments
from playground.workspace.blocks import blocks_problems, view_problems
from playground.workspace.errors import SlackError
from playground.workspace.posting import content
from playground.workspace.state import State
from playground.workspace.views import View, checked
from playground.workspace.wire import Json

LONGEST_VALIDATED = 100_000


def _trigger_id(arguments: Arguments) -> str:
    return arguments.optional("trigger_id") or arguments.text("interactivity_pointer")


def _done(state: State, view: View) -> Json:
    state.view_changed(view.person, "home" if view.body["type"] == "home" else "view")
    return {"view": view.shown()}


def open_(state: State, arguments: Arguments) -> Json:
    """The view is checked first, so that a mistake in it does not use up the trigger."""
    wanted = checked(arguments.structure("view"), "modal")
    trigger = state.triggers.redeem(_trigger_id(arguments))
    return _done(state, state.views.open(trigger.person, wanted))


def push(state: State, arguments: Arguments) -> Json:
    wanted = checked(arguments.structure("view"), "modal")
    trigger = state.triggers.redeem(_trigger_id(arguments))
    if trigger.view is None:
        raise SlackError("invalid_trigger_id")
    return _done(state, state.views.push(trigger.person, wanted))


def update(state: State, arguments: Arguments) -> Json:
    wanted = checked(arguments.structure("view"), "modal", "home")
    view_id, external_id = arguments.optional("view_id"), arguments.optional("external_id")
    if (view_id is None) == (external_id is None):
        raise SlackError("invalid_arguments", "[ERROR] exactly one of view_id and external_id")
    found = state.views.find(view_id) if view_id else state.views.by_external_id(external_id or "")
    if found is None:
        raise SlackError("not_found")
    return _done(state, state.views.update(found, wanted, arguments.optional("hash")))


def publish(state: State, arguments: Arguments) -> Json:
    wanted = checked(arguments.structure("view"), "home")
    person = state.people.find(arguments.text("user_id"))
    if person is None or person.bot:
        raise SlackError("user_not_found")
    return _done(state, state.views.publish(person.id, wanted, arguments.optional("hash")))


def validate(state: State, arguments: Arguments) -> Json:
    given = {name: arguments.structure(name) for name in ("blocks", "message", "view")}
    present = [name for name, value in given.items() if value is not None]
    if len(present) != 1:
        raise SlackError("invalid_arguments", "[ERROR] exactly one of blocks, message and view")
    value = given[present[0]]
    if len(json.dumps(value)) > LONGEST_VALIDATED:
        raise SlackError("invalid_arguments", f"[ERROR] must be less than {LONGEST_VALIDATED + 1} characters")
    if present == ["message"]:
        message = value if isinstance(value, dict) else {}
        content(state, message.get("text"), message.get("blocks"), message.get("attachments"))
        return {}
    problems = blocks_problems(value) if present == ["blocks"] else view_problems(value)
    if problems:
        raise SlackError("invalid_blocks", *problems)
    return {}


METHODS = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
    "blocks.validate": validate,
}
