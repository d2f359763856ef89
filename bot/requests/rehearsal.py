"""Each call is first sent as the requester with `dryRun=All`, so that RBAC, admission and schema refuse before a second
person is bothered; its answer is also the *after* that the card shows (plans.md §3, §4).
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Final

import msgspec

from bot.errors import Refused
from bot.execution.envelope import manager_of, violated, wrap
from bot.kubernetes.errors import AlreadyExists, Conflict, Invalid, ObjectNotFound, TooMany
from bot.operations.json import Object
from bot.operations.patches import Change, differences
from bot.operations.plan import Call, Evict, eviction_calls
from bot.requests.clusters import Acting
from bot.text import Code, text

ROUNDS = 5
MOST_EVICTIONS: Final = 20
"""Evictions that are tried one by one; beyond that the first of them stand for all, as with rights asked by name."""


class Rehearsed(StrEnum):
    """How a step was rehearsed, as the card's Details say it."""

    DRY_RUN = "dry run ok"
    COMPUTED = "computed"


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """One call's rehearsal: the API server's warnings in its own words, and everything that would change."""

    step: str
    how: Rehearsed
    warnings: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class Moved(Refused):
    """The object changed between reading it and rehearsing: plan again."""


async def rehearse(acting: Acting, call: Call, *, timeout: int) -> Rehearsal:
    """Send one call with `dryRun=All` as the person. `timeout` in seconds.

    A call that waits for others is tried on the object as it is now: that shows rights and admission, not its effect.
    Raises the API server's refusal, or `Moved` if the object is no longer as the plan read it.
    """
    client = acting.client
    for _ in range(ROUNDS):
        before: Object | None = None
        if call.verb != "create":
            before = await client.get(call.target.kind, call.target.name, call.target.namespace, Object)
            if violated(call, before) and not call.later:
                raise Moved(
                    text("{target} changed while it was being planned.", target=Code(call.target.title)),
                    next=text("Try again in a moment."),
                )
        envelope = wrap(call, before, manager=manager_of(0, call.id), timeout=timeout, dry_run=True)
        try:
            response = await client.send(
                call, body=envelope.body, query=envelope.query, audit_id="", timeout=timeout + 5
            )
        except AlreadyExists:
            raise
        except Conflict:
            continue
        except Invalid:
            if before is not None and await _is_newer(acting, call, before):
                continue
            raise
        after = msgspec.json.decode(response.body, type=Object)
        whole = before is not None and not call.subresource and call.verb != "delete" and not call.later
        return Rehearsal(
            step=call.id,
            how=Rehearsed.COMPUTED if call.later else Rehearsed.DRY_RUN,
            warnings=response.warnings,
            changes=tuple(differences(before, after)) if whole and before is not None else (),
        )
    raise Moved(
        text("{target} changes too fast to plan.", target=Code(call.target.title)), next=text("Try again in a moment.")
    )


async def rehearse_evictions(acting: Acting, step: Evict, *, timeout: int) -> Rehearsal:
    """Try the evictions of the pods that are there, at most twenty. `timeout` in seconds.

    Each is tried alone, so that no dry run tells what a budget says to all of them: the plan computed that. Where one
    refuses already (429) nothing is wrong with the plan, for the eviction will wait. Raises the API server's refusal.
    """
    tried = eviction_calls(step, step.expected)[:MOST_EVICTIONS]
    found = await asyncio.gather(*(_rehearse_eviction(acting, call, timeout) for call in tried))
    whole = all(each is not None for each in found) and len(tried) == len(step.expected)
    warnings = tuple(dict.fromkeys(warning for each in found for warning in each or ()))
    return Rehearsal(step=step.id, how=Rehearsed.DRY_RUN if whole else Rehearsed.COMPUTED, warnings=warnings)


async def _rehearse_eviction(acting: Acting, call: Call, timeout: int) -> tuple[str, ...] | None:
    """The API server's warnings; `None` where a budget does not allow it now. Raises `Moved` if the pod is gone."""
    envelope = wrap(call, None, manager=manager_of(0, call.id), timeout=timeout, dry_run=True)
    try:
        response = await acting.client.send(
            call, body=envelope.body, query=envelope.query, audit_id="", timeout=timeout + 5
        )
    except TooMany as error:
        if error.budget:
            return None
        raise
    except (Conflict, ObjectNotFound) as error:
        raise Moved(
            text("{target} was deleted while it was being planned.", target=Code(call.target.title)),
            next=text("Try again in a moment."),
        ) from error
    return tuple(response.warnings)


async def _is_newer(acting: Acting, call: Call, before: Object) -> bool:
    """A failed JSON Patch `test` and a refused body are both 422 (operations.md §7): only a read tells them apart."""
    now = await acting.client.get(call.target.kind, call.target.name, call.target.namespace, Object)
    old, new = before.get("metadata"), now.get("metadata")
    return isinstance(old, dict) and isinstance(new, dict) and old.get("resourceVersion") != new.get("resourceVersion")
