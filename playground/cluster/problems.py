"""Everything that is answered with a failure, in the API server's own words (apimachinery `api/errors`, 1.36)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from playground.cluster.resources import Resource
from playground.cluster.wire import Json

MODIFIED: Final = "the object has been modified; please apply your changes to the latest version and try again"


@final
class Problem(Exception):
    """An answer that is no success; `retry_after` (seconds) also becomes the header."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        details: Json | None = None,
        retry_after: int = 0,
        bare: bool = False,
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.details = details
        self.retry_after = retry_after
        self.bare = bare
        """Without kind and version: what the timeout filter writes."""

    def status(self) -> Json:
        head = {} if self.bare else {"kind": "Status", "apiVersion": "v1"}
        found: Json = {**head, "metadata": {}, "status": "Failure"}
        if self.message:
            found["message"] = self.message
        if self.reason:
            found["reason"] = self.reason
        if self.details is not None:
            found["details"] = self.details
        return found | {"code": self.code}


def _about(resource: Resource, name: str, *, kind: str = "", **more: object) -> Json:
    named = {"name": name} if name else {}
    group = {"group": resource.group} if resource.group else {}
    return {**named, **group, "kind": kind or resource.plural, **more}


def not_found(resource: Resource, name: str) -> Problem:
    message = f'{resource.qualified} "{name}" not found'
    return Problem(404, "NotFound", message, details=_about(resource, name))


def already_exists(resource: Resource, name: str) -> Problem:
    message = f'{resource.qualified} "{name}" already exists'
    return Problem(409, "AlreadyExists", message, details=_about(resource, name))


def conflict(resource: Resource, name: str, why: str = MODIFIED) -> Problem:
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return Problem(409, "Conflict", message, details=_about(resource, name))


def forbidden(resource: Resource, name: str, why: str) -> Problem:
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    return Problem(403, "Forbidden", f"{subject} is forbidden: {why}", details=_about(resource, name))


def forbidden_path(why: str) -> Problem:
    return Problem(403, "Forbidden", f"forbidden: {why}", details={})


def stale(resource: Resource, name: str, title: str, wanted: str, known: str) -> Problem:
    """A deletion's precondition that does not hold; named by the kind, unlike other conflicts."""
    happened = "deleted and then recreated" if title == "UID" else "modified"
    why = f"the {title} in the precondition ({wanted}) does not match the {title} in record ({known})"
    message = f'Operation cannot be fulfilled on {resource.kind}{_dot(resource)} "{name}": {why}. '
    details = _about(resource, name, kind=resource.kind)
    return Problem(409, "Conflict", f"{message}The object might have been {happened}", details=details)


def _dot(resource: Resource) -> str:
    return f".{resource.group}" if resource.group else ""


def immutable_uid(resource: Resource, name: str, uid: str) -> Problem:
    """Said once, with its cause twice, as the API server does for a patch."""
    cause = ("FieldValueInvalid", f'Invalid value: "{uid}": field is immutable', "metadata.uid")
    found = invalid(resource, name, [cause])
    found.details = {**(found.details or {}), "causes": [(found.details or {})["causes"][0]] * 2}
    return found


def internal(message: str) -> Problem:
    """An error that the API server did not foresee: 500 without a reason."""
    return Problem(500, "", message)


def invalid_options(kind: str, field: str, message: str) -> Problem:
    """Options of a request (dry run, field manager) that are not valid."""
    causes = [{"reason": "FieldValueNotSupported", "message": message, "field": field}]
    details: Json = {"group": "meta.k8s.io", "kind": kind, "causes": causes}
    return Problem(422, "Invalid", f'{kind}.meta.k8s.io "" is invalid: {field}: {message}', details=details)


def invalid(resource: Resource, name: str, causes: Sequence[tuple[str, str, str]]) -> Problem:
    """`causes` are reason, message and field; more than one are listed in brackets."""
    singular = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    sentences = [f"{field}: {message}" for _, message, field in causes]
    joined = sentences[0] if len(sentences) == 1 else f"[{', '.join(sentences)}]"
    details = _about(
        resource,
        name,
        kind=resource.kind,
        causes=[{"reason": reason, "message": message, "field": field} for reason, message, field in causes],
    )
    return Problem(422, "Invalid", f'{singular} "{name}" is invalid: {joined}', details=details)


def without_version(resource: Resource, name: str) -> Problem:
    """A custom object cannot be replaced without saying which one."""
    why, field = "Invalid value: 0: must be specified for an update", "metadata.resourceVersion"
    details = _about(resource, name, causes=[{"reason": "FieldValueInvalid", "message": why, "field": field}])
    return Problem(422, "Invalid", f'{resource.qualified} "{name}" is invalid: {field}: {why}', details=details)


def unprocessable() -> Problem:
    """A JSON Patch whose `test` fails or whose place is missing; the API server keeps the reason to itself."""
    return Problem(422, "Invalid", "the server rejected our request due to an error in our request", details={})


def gone(message: str) -> Problem:
    return Problem(410, "Expired", message)


def unauthorized() -> Problem:
    return Problem(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> Problem:
    return Problem(400, "BadRequest", message)


def no_such_path() -> Problem:
    return Problem(404, "NotFound", "the server could not find the requested resource", details={})


def method_not_allowed() -> Problem:
    message = "the server does not allow this method on the requested resource"
    return Problem(405, "MethodNotAllowed", message, details={})


def unsupported_media(accepted: Sequence[str] = ()) -> Problem:
    """A patch of another type gives no list of those that would do."""
    if not accepted:
        return Problem(415, "UnsupportedMediaType", "415: Unsupported Media Type", details={})
    message = "the body of the request was in an unknown format - accepted media types include: " + ", ".join(accepted)
    return Problem(415, "UnsupportedMediaType", message)


def too_many(message: str, *, retry_after: int, causes: Sequence[Json] = ()) -> Problem:
    details: Json = {"causes": list(causes)} if causes else {}
    if retry_after:
        details["retryAfterSeconds"] = retry_after
    return Problem(429, "TooManyRequests", message, details=details, retry_after=retry_after)


def timed_out() -> Problem:
    message = "Timeout: request did not complete within the allotted timeout"
    return Problem(504, "Timeout", message, details={}, bare=True)


def not_simulated(what: str) -> Problem:
    """What the real API server can and this one cannot: said, never approximated."""
    return Problem(501, "NotImplemented", f"The simulated cluster does not serve {what}.")
