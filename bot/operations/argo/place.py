"""Where an update stands, as a word that a plan or a button is bound to: the version, and the step of it."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import NotUnderstood, Refused
from bot.operations.argo.rollout import Seen, where
from bot.text import Code, Text, text

PLACE: Final = re.compile(r"[a-z0-9]{1,63}(:[0-9]{1,4})?", re.ASCII)


def place_of(found: Seen) -> str:
    """Where it stands now, as `--at` takes it: a step of another template is not the same step."""
    status = found.live.status
    return f"{status.current_pod_hash}:{found.index}" if found.steps else status.current_pod_hash


def gone_on(found: Seen, at: str, *, look: str) -> Text | None:
    """The sentence, if it has gone on from there since; `look` is the command to look at it.

    Raises `NotUnderstood`, and `Refused` for another version.
    """
    if not at:
        return None
    template_hash, colon, step = at.partition(":")
    if not PLACE.fullmatch(at):
        raise NotUnderstood(
            text("{written} is no place in an update.", written=Code(ascii(at[:60])[1:-1])),
            next=text("Write it like {example}.", example=Code("--at=9bb4ddb56:1")),
        )
    if template_hash != found.live.status.current_pod_hash:
        raise Refused(
            text("{target} is about another version now.", target=Code(found.target.reference)),
            target=found.target.title,
            why=text(
                "It was about {then}, and {now} is under way.",
                then=Code(template_hash),
                now=Code(found.live.status.current_pod_hash or "-"),
            ),
            next=text("Look at it again: {command}.", command=Code(look)),
        )
    if not colon or int(step) == found.index:
        return None
    if int(step) < found.index:
        return text("{target} has gone on already: {where}.", target=Code(found.target.reference), where=where(found))
    raise Refused(
        text("{target} began again since.", target=Code(found.target.reference)),
        target=found.target.title,
        why=text("It was at step {then} and is at step {now}.", then=int(step) + 1, now=found.index + 1),
        next=text("Look at it again: {command}.", command=Code(look)),
    )


def unobserved(found: Seen) -> Refused:
    """The controller has not looked at the last change: what the status says is about the version before."""
    return Refused(
        text("The last change of {target} is not observed yet.", target=Code(found.target.reference)),
        target=found.target.title,
        why=text("What its status says is about the version before it."),
        next=text("Ask again in a few seconds; if it stays so, the controller of Argo Rollouts is not running."),
    )
