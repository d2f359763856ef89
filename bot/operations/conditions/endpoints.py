"""Where a Service's traffic goes: to the pods of its new selector alone, or to as many of a kind as were asked for.

kubectl asks neither after a patch of a selector; the endpoint controller writes a moment later, and until then the old
pods get the traffic.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.operations.conditions.weights import weighed
from bot.operations.json import JSON, resolve
from bot.operations.kinds import ENDPOINT_SLICE
from bot.operations.models import Pod
from bot.operations.patches import same
from bot.operations.pods import stuck_reason
from bot.operations.progress import UNOBSERVED, Observation, Progress, failed
from bot.operations.services import EndpointSlice, matches, ready_endpoints
from bot.text import Code, Text, When, text


def switched(seen: Observation) -> Progress:
    """Done when the ready endpoints are exactly the ready pods of argument `selector`, at least one of them."""
    wanted = seen.arguments.get("selector")
    ended = _ended(seen, wanted)
    if ended is not None:
        return failed(ended)
    new = [each for each in seen.pods if not each.metadata.terminating]
    ready = {each.metadata.uid for each in new if each.ready}
    serving = _serving(seen)
    if serving is None:
        return Progress(total=len(ready), message=text("waiting for the endpoints"))
    served = serving & {each.metadata.uid for each in seen.pods}
    old = len(serving - served)
    if not ready:
        return Progress(message=text("no new pod is ready"), stuck=stuck_reason(new))
    if old:
        message = text("{old} old endpoints still get traffic", old=old)
    elif not ready <= served:
        message = text("{served} of {total} new pods get traffic", served=len(served & ready), total=len(ready))
    else:
        message = text("all traffic goes to the new pods")
    done = not old and ready <= served
    stuck = None if done else _unfollowed(seen, [each for each in new if each.ready], served, late=bool(old))
    return Progress(done=done, ready=len(served & ready), total=len(ready), message=message, stuck=stuck)


def shared(seen: Observation) -> Progress:
    """Done when at least `pods` ready pods with the labels of argument `labels` get the Service's traffic; those with
    the labels of `without` are not counted.

    Argument `selector`: the Service's, as it was when the plan was made.
    """
    wanted = seen.arguments.get("pods")
    labels, without = (_labels(seen.arguments.get(each)) for each in ("labels", "without"))
    total = wanted if isinstance(wanted, int) else 0
    ended = _ended(seen, seen.arguments.get("selector"))
    if ended is not None:
        return Progress(total=total, message=ended, failed=ended)
    serving = _serving(seen)
    if serving is None:
        return Progress(total=total, message=text("waiting for the endpoints"))
    labelled = [(each, each.metadata.labels or {}) for each in seen.pods]
    own = [each for each, have in labelled if matches(labels, have) and not matches(without, have)]
    served = sum(1 for each in own if each.ready and each.metadata.uid in serving)
    if served < total:
        message = text("{served} of {total} pods get traffic", served=served, total=total)
        stuck = _unfollowed(seen, [each for each in own if each.ready], serving) or stuck_reason(own)
        return weighed(Progress(ready=served, total=total, message=message, stuck=stuck), seen.arguments)
    reached = Progress(done=True, ready=served, total=total, message=text("{total} pods get traffic", total=total))
    return weighed(reached, seen.arguments)


def _ended(seen: Observation, selector: JSON) -> Text | None:
    if seen.target is None:
        return text("it was deleted")
    now = resolve(seen.target, "/spec/selector")
    if same(now, selector):
        return None
    return text("something else set its selector to {selector}", selector=Code(_written(now)))


def _serving(seen: Observation) -> frozenset[str] | None:
    """The keys of ready endpoints; `None` before they were seen."""
    found = seen.beside.get(ENDPOINT_SLICE)
    return None if found is None else ready_endpoints(msgspec.convert(each, EndpointSlice) for each in found)


def _unfollowed(seen: Observation, ready: Sequence[Pod], serving: frozenset[str], *, late: bool = False) -> Text | None:
    """That nobody writes the endpoints: for a while pods are ready without being among them, or old ones are `late`."""
    if seen.since is None:
        return None
    behind = [_ready_since(each, seen.since) for each in ready if each.metadata.uid not in serving]
    since = min([*behind, *([seen.since] if late else [])], default=seen.now)
    if (seen.now - since).total_seconds() < UNOBSERVED:
        return None
    return text(
        "its EndpointSlices have not followed since {when}: is kube-controller-manager running?", when=When(since)
    )


def _ready_since(pod: Pod, followed: datetime) -> datetime:
    """Since when it could have been among the endpoints of what is followed."""
    found = [each.last_transition_time for each in pod.status.conditions or () if each.type == "Ready"]
    return max([followed, *(each for each in found if each is not None)])


def _labels(value: JSON) -> dict[str, str]:
    return msgspec.convert(value or {}, dict[str, str])


def _written(selector: JSON) -> str:
    return ",".join(f"{key}={value}" for key, value in selector.items()) if isinstance(selector, dict) else "-"
