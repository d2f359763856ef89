"""Was it done? A pure answer from the object as it is now, never from what we remember of sending (plans.md §5)."""

from __future__ import annotations

from enum import StrEnum

from bot.execution.envelope import violated
from bot.operations.json import JSON, Object, pointer, resolve
from bot.operations.patches import reached
from bot.operations.plan import REQUEST_LABEL, Call, ContentType
from bot.text import Text, text


class Effect(StrEnum):
    """Ours: we did it. Already: it is so, by someone else. Not done: it may be sent. Unknown: a person decides."""

    OURS = "ours"
    ALREADY = "already"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"


def effect_of(call: Call, observed: Object | None, *, manager: str, request_label: str = "") -> Effect:
    """Decide from the object as just read; `None` means the API server says that it does not exist.

    What somebody else created under that name counts as so already only if it holds all that ours would. What a later
    call would do to another state than the one it was for was not done: an abort ends pauses, too.
    """
    if call.verb == "delete":
        gone = observed is None or resolve(observed, "/metadata/uid") != call.uid
        return Effect.OURS if gone else Effect.NOT_DONE
    if call.verb == "create":
        if observed is None:
            return Effect.NOT_DONE
        if managed_by(observed, manager):
            return Effect.OURS
        # Anybody may write a label: only what says what was asked for is it.
        if not any(reached(call.body, each, observed) for each in (ContentType.MERGE_PATCH, ContentType.STRATEGIC)):
            return Effect.UNKNOWN
        label = resolve(observed, pointer("metadata", "labels", REQUEST_LABEL))
        return Effect.OURS if request_label and label == request_label else Effect.ALREADY
    if observed is None:
        return Effect.UNKNOWN
    if managed_by(observed, manager):
        return Effect.OURS
    if violated(call, observed):
        done = not call.later and reached(call.body, call.content_type, observed)
        return Effect.ALREADY if done else Effect.UNKNOWN
    return Effect.ALREADY if reached(call.body, call.content_type, observed) else Effect.NOT_DONE


def effect_of_sending(call: Call, observed: Object | None, *, manager: str, request_label: str = "") -> Effect:
    """The same, of a call that may have been sent: what is so without a trace may be ours."""
    effect = effect_of(call, observed, manager=manager, request_label=request_label)
    return Effect.UNKNOWN if effect is Effect.ALREADY and leaves_no_trace(call) else effect


def leaves_no_trace(call: Call) -> bool:
    """Whether the API server records no field manager of it: of a scale from or to zero, and of what only removes.

    A Scale of zero has no `spec.replicas` (`omitempty`), so that the field has no owner then, nor after the next scale;
    and who owns no field is in no list (seen on a kube-apiserver 1.36).
    """
    return _scales_zero(call) or _only_removes(call)


def _scales_zero(call: Call) -> bool:
    if call.subresource != "scale":
        return False
    before = [each.value for each in call.preconditions if each.pointer == "/spec/replicas"]
    return 0 in (resolve(call.body, "/spec/replicas"), *before)


def _only_removes(call: Call) -> bool:
    """A merge patch all of whose leaves are null."""
    return isinstance(call.body, dict) and bool(call.body) and all(map(_is_removal, call.body.values()))


def _is_removal(value: JSON) -> bool:
    return value is None or (isinstance(value, dict) and bool(value) and all(map(_is_removal, value.values())))


def why_unknown(call: Call) -> Text:
    """Why nobody but a person can tell whether a call that may have been sent took effect."""
    if _scales_zero(call):
        return text("It may have been sent, and scaling from or to zero leaves no trace of who did it.")
    if _only_removes(call):
        return text("It may have been sent, and taking a field away leaves no trace of who did it.")
    return text("It may have been sent, and the object has changed since; nobody but a person can tell.")


def managed_by(observed: Object, manager: str) -> bool:
    """Whether a field manager is recorded on the object (on any subresource)."""
    fields = resolve(observed, "/metadata/managedFields")
    return isinstance(fields, list) and any(
        isinstance(each, dict) and each.get("manager") == manager for each in fields
    )
