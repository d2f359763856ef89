"""The Status that an API server answers a failed request with, made fit to be shown.

A body that is no Status is dropped, messages are cut, and those about Secrets are left out, for the API server quotes
what it could not read.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

LONGEST: Final = 500
"""Characters kept of any text that an API server sends."""

BEARER: Final = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NO_SUCH_PATH: Final = b"404 page not found"
"""The whole body of an API server's answer where no group, version or kind is at an address."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One reason among several; `field` is a path into the object."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which object it is about (`kind` is the plural in lower case), the causes, and seconds to wait."""

    name: str = ""
    group: str = ""
    kind: str = ""
    causes: tuple[Cause, ...] | None = None
    retry_after_seconds: int = 0


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The API server's answer to a request that failed. `code` 0 means that there was none."""

    code: int = 0
    reason: str = ""
    message: str = ""
    details: Details = Details()

    @property
    def causes(self) -> tuple[Cause, ...]:
        return self.details.causes or ()


class _Wire(msgspec.Struct, frozen=True, kw_only=True):
    kind: str = ""
    code: int = 0
    reason: str | None = None
    message: str | None = None
    details: Details | None = None


_STATUS: Final = msgspec.json.Decoder(_Wire)


def clean(shown: str) -> str:
    """A foreign text made fit to be shown: one line, no credentials, at most `LONGEST` characters."""
    line = BEARER.sub(r"\1 …", CONTROL.sub(" ", shown.encode("utf-8", "replace").decode())).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def parse_status(code: int, body: bytes) -> Status:
    """The Status in a body. What is no Status gives an empty one, so that a proxy's page is never taken for an answer.

    `code` is the HTTP status and wins; 0 takes the body's own (a watch's ERROR event).
    """
    try:
        wire = _STATUS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Status(code=code, reason="NotFound" if code == 404 and body.strip() == NO_SUCH_PATH else "")
    if wire.kind != "Status":
        return Status(code=code)
    details = wire.details or Details()
    secret = details.kind.lower() in ("secret", "secrets")
    causes = tuple(
        Cause(reason=cause.reason, message="" if secret else clean(cause.message), field=clean(cause.field))
        for cause in details.causes or ()
    )
    return Status(
        code=code or wire.code,
        reason=wire.reason or "",
        message="" if secret else clean(wire.message or ""),
        details=msgspec.structs.replace(details, causes=causes),
    )
