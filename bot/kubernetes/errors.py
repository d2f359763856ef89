"""What an API server says no with, as our own errors.

    Unavailable
    ├── ClusterUnavailable    no connection, no answer in time, TLS, 408, 5xx, an answer that cannot be read
    ├── Unauthorized          401: the bot's own credentials
    └── TooMany               429: `budget` tells a disruption budget from the API server's own fairness
    NotFound
    └── ObjectNotFound        404 about an object, in the API server's own words
    Refused
    ├── Forbidden             403: `impersonation` tells that the bot itself lacks the right to impersonate
    ├── Conflict              409
    │   └── AlreadyExists     409 with that reason
    ├── Gone                  410: a resource version or continue token is too old
    ├── Invalid               422: schema, admission, or a failed JSON Patch `test`
    └── Rejected              every other answer that is no success
        └── KindNotServed     404 about the address: no such kind is installed (a NotServed too)

Decided on the HTTP status and the Status' `reason` and `details`, never on message text.
"""

from __future__ import annotations

from typing import Final

from bot import errors
from bot.kubernetes.statuses import Status, clean
from bot.text import Code, Text, text

CANNOT_AS: Final = " cannot impersonate-on:"
IMPERSONATED: Final = frozenset({"users", "groups", "serviceaccounts", "uids", "userextras"})
CLUSTER_SCOPE: Final = "at the cluster scope"


class _Answer:
    """What every error here carries besides the four facts."""

    status: Status = Status()


class ClusterUnavailable(_Answer, errors.Unavailable):
    """The cluster cannot be asked now. `sent` false means that the request certainly did not leave."""

    sent: bool = True


class Unauthorized(_Answer, errors.Unavailable):
    """The API server does not take our credentials."""


class TooMany(_Answer, errors.Unavailable):
    """Asked to wait `retry_after` seconds. `budget`: an eviction that a disruption budget does not allow now."""

    retry_after: float = 1.0
    budget: bool = False


class ObjectNotFound(_Answer, errors.NotFound):
    """The object does not exist."""


class Forbidden(_Answer, errors.Refused):
    """The person may not do this; or, with `impersonation`, the bot may not act as this person."""

    impersonation: bool = False


class Conflict(_Answer, errors.Refused):
    """The object changed since it was read, or is another one by now."""


class AlreadyExists(Conflict):
    """Something with that name exists."""


class Gone(_Answer, errors.Refused):
    """What was asked about is too old to be told."""


class Invalid(_Answer, errors.Refused):
    """The object that would come of it is not valid, or a `test` of a JSON Patch does not hold."""


class Rejected(_Answer, errors.Refused):
    """The API server does not take the request at all."""


class KindNotServed(Rejected, errors.NotServed):
    """The API server has nothing at this address: the kind is not installed, or not in this version."""


Failure = (
    ClusterUnavailable
    | Unauthorized
    | TooMany
    | ObjectNotFound
    | Forbidden
    | Conflict
    | AlreadyExists
    | Gone
    | Invalid
    | Rejected
    | KindNotServed
)


def failure(status: Status, *, cluster: str, target: str, retry_after: float = 0.0) -> Failure:
    """The error for an answer that is no success. `target` is what was asked for; `retry_after` the header, seconds."""
    made = _make(status, cluster=cluster, target=target, why=_why(status))
    made.status = status
    if isinstance(made, TooMany):
        made.retry_after = retry_after or float(status.details.retry_after_seconds) or 1.0
        made.budget = any(cause.reason == "DisruptionBudget" for cause in status.causes)
    return made


def unreachable(cluster: str, *, target: str, why: Text, sent: bool) -> ClusterUnavailable:
    """The error for a request without a usable answer. `sent` tells whether it may have reached the API server."""
    made = ClusterUnavailable(
        text("{cluster} does not answer.", cluster=Code(cluster)), target=target, why=why, next=_ask_operators(cluster)
    )
    made.sent = sent
    return made


def _make(status: Status, *, cluster: str, target: str, why: Text | None) -> Failure:
    named, where = Code(target), Code(cluster)
    code = status.code
    if code == 401:
        return Unauthorized(
            text("{cluster} does not accept the bot's credentials.", cluster=where),
            target=target,
            why=why,
            next=text("Ask whoever runs the bot to renew its access to {cluster}.", cluster=where),
        )
    if code == 403:
        return _forbidden(status, cluster=cluster, target=target, why=why)
    if code == 404 and status.reason == "NotFound" and status.details.name:
        return ObjectNotFound(
            text("{target} does not exist on {cluster}.", target=named, cluster=where),
            target=target,
            why=why,
            next=text("Check the name and the namespace."),
        )
    if code == 404 and status.reason == "NotFound":
        return KindNotServed(
            text("{cluster} does not serve {target}.", target=named, cluster=where),
            target=target,
            why=text("Nothing of this kind is installed there, or not in the version that I know."),
            next=text("Ask whoever runs {cluster} whether it is to be installed.", cluster=where),
        )
    if code == 409 and status.reason == "AlreadyExists":
        return AlreadyExists(
            text("{target} exists already on {cluster}.", target=named, cluster=where),
            target=target,
            why=why,
            next=text("Take another name, or change what exists."),
        )
    if code == 409:
        return Conflict(
            text("{target} changed on {cluster} meanwhile.", target=named, cluster=where),
            target=target,
            why=why,
            next=text("Look at it again, then ask again."),
        )
    if code == 410:
        return Gone(
            text("{cluster} no longer knows the state that was asked for.", cluster=where),
            target=target,
            why=why,
            next=text("Read it again from the start."),
        )
    if code == 422:
        return Invalid(
            text("{cluster} finds the change of {target} not valid.", cluster=where, target=named),
            target=target,
            why=why,
            next=text("Correct what is named and ask again."),
        )
    if code == 429:
        return TooMany(
            text("{cluster} asks to wait before {target}.", cluster=where, target=named),
            target=target,
            why=why,
            next=text("Try again in a moment."),
        )
    if code in (408, 500, 502, 503, 504):
        return ClusterUnavailable(
            text("{cluster} cannot answer for {target} now ({code}).", cluster=where, target=named, code=code),
            target=target,
            why=why,
            next=_ask_operators(cluster),
        )
    return Rejected(
        text("{cluster} does not take the request for {target} ({code}).", cluster=where, target=named, code=code),
        target=target,
        why=why,
        next=text("Ask whoever runs the bot: address and versions may not fit."),
    )


def _forbidden(status: Status, *, cluster: str, target: str, why: Text | None) -> Forbidden:
    details = status.details
    becoming = details.kind in IMPERSONATED and details.group in ("", "authentication.k8s.io")
    # Of both forms the server tells the refusal of the one that it tried first, which may name what was asked for.
    impersonation = becoming or CANNOT_AS in status.message
    if impersonation:
        made = Forbidden(
            text("The bot may not act as this person on {cluster}.", cluster=Code(cluster)),
            target=target,
            why=why,
            next=text("Ask whoever runs the bot to list this person in its role on {cluster}.", cluster=Code(cluster)),
        )
    else:
        made = Forbidden(
            text("You may not do this with {target} in {cluster}.", cluster=Code(cluster), target=Code(target)),
            target=target,
            why=why,
            next=text("Check the name of the namespace; else ask its owner for the right, or someone who has it.")
            if CLUSTER_SCOPE not in status.message
            else text(
                "Where one namespace is enough, name it with {flag}; else ask whoever runs {cluster} for the right.",
                flag=Code("-n"),
                cluster=Code(cluster),
            ),
        )
    made.impersonation = impersonation
    return made


def _why(status: Status) -> Text | None:
    if status.message:
        return text("It says: {message}", message=status.message)
    return text("It gives the reason {reason}.", reason=Code(clean(status.reason))) if status.reason else None


def _ask_operators(cluster: str) -> Text:
    return text("Try again in a minute; if it stays so, ask whoever runs {cluster}.", cluster=Code(cluster))
