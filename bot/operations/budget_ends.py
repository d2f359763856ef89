"""Making and deleting a disruption budget: the calls, and the way back of a deletion, which makes it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.operations.arguments import Arguments
from bot.operations.budget_limits import Limit, budget_body
from bot.operations.budgets import HELD, Found
from bot.operations.json import Object
from bot.operations.kinds import Target
from bot.operations.metadata_changes import pairs_typed, present
from bot.operations.models import Selector
from bot.operations.owned_keys import why_owned
from bot.operations.pairs import Field
from bot.operations.plan import REQUEST_LABEL, Back, Call
from bot.operations.queries import stored_selector
from bot.operations.selectors import selector_of
from bot.operations.ways_back import MADE_BY
from bot.operations.workloads import command_line
from bot.text import Code, Text, text

FIELDS: Final[Mapping[Field, str]] = {"labels": "--label", "annotations": "--annotation"}


@dataclass(frozen=True, kw_only=True)
class Made:
    """A budget that is to be made."""

    target: Target
    limit: Limit
    selector: Selector
    policy: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def call(self) -> Call:
        metadata: dict[str, dict[str, str]] = {"labels": {**self.labels}, "annotations": {**self.annotations}}
        body = budget_body(self.target, self.limit, self.selector, policy=self.policy, **metadata)
        return Call(id="step-1", verb="create", target=self.target, body=body)

    @property
    def words(self) -> tuple[str, ...]:
        """The command line that makes it."""
        policy = (f"--unhealthy-pod-eviction-policy={self.policy}",) if self.policy else ()
        pairs = [
            f"{flag}={key}={value}"
            for flag, values in (("--label", self.labels), ("--annotation", self.annotations))
            for key, value in values.items()
        ]
        name = self.target.name
        return ("create", "pdb", name, f"--selector={selector_of(self.selector)}", self.limit.flag, *policy, *pairs)


def delete_call(found: Found) -> Call:
    """DeleteOptions as kubectl v1.36 sends them, on condition of all that would be lost and of who made it."""
    body: Object = {"propagationPolicy": "Background"}
    holds = found.seen.holds(*HELD, MADE_BY)
    return Call(id="step-1", verb="delete", target=found.target, body=body, uid=found.seen.uid, preconditions=holds)


def made_again(found: Found) -> tuple[Made | None, tuple[str, ...]]:
    """The budget that a command line makes anew, and what it leaves out of labels, annotations and owners.

    `None` for one that no line can make: without a limit, without a selector, or for all pods of the namespace.
    """
    limit, selector = found.limit, found.live.spec.selector
    written = selector_of(selector) if selector is not None else ""
    if limit is None or not written:
        return None, ()
    kept: dict[Field, dict[str, str]] = {"labels": {}, "annotations": {}}
    left: list[str] = []
    for each, values in kept.items():
        for key, value in present(found.seen, each).items():
            if why_owned(key) is None and pairs_typed(each, {key: value}) is not None:
                values[key] = value
            elif key != REQUEST_LABEL:
                left.append(key)
    left += ["ownerReferences"] if found.live.metadata.owner_references else []
    left += ["finalizers"] if found.live.metadata.finalizers else []
    made = Made(
        target=found.target,
        limit=limit,
        selector=stored_selector(written),
        policy=found.live.spec.unhealthy_pod_eviction_policy,
        **kept,
    )
    return made, tuple(left)


def back_from_deletion(found: Found, arguments: Arguments) -> tuple[Back | None, tuple[Text, ...]]:
    """Making it again, and what a person should know of that."""
    made, left = made_again(found)
    if made is None:
        return None, (text("It cannot be made again from here: no command line selects as it does."),)
    back = Back(
        command_line=command_line(arguments, *made.words),
        label=text("Make {pdb} again", pdb=found.target.reference),
        calls=(made.call,),
    )
    if not left:
        return back, ()
    said = text("The way back makes it without {keys}.", keys=Code(", ".join(left)))
    return back, (said,)
