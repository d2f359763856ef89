"""Logs: an event's name and pairs, one line each, to standard error; JSON for machines, aligned for people.

Nothing that came in or goes out is logged: values that are not plain (bodies, rows, blocks) are replaced by what kind
of thing they were, secrets are redacted in whatever is left, and libraries are heard from `warning` on only, because
below that some of them write payloads (Bolt logs the body of a request it does not know).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, Final, TextIO

import structlog

from bot.clock import Clock, SystemClock
from bot.observability.redaction import redact_event

EventDict = MutableMapping[str, Any]
Processor = Callable[[Any, str, EventDict], EventDict]

LONGEST: Final = 500
"""Characters of one value. A longer one is a payload in disguise; the exception's text is the one that may be long."""
LONG: Final = frozenset({"exception"})
OURS: Final = frozenset({"event", "level", "logger", "at", "exception", "exc_info", "_record", "_from_structlog"})
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logging(
    level: str, *, json: bool, stream: TextIO | None = None, clock: Clock | None = None, colours: bool = False
) -> None:
    """Set logging up for the process. `level` is one of `LEVELS`; libraries are never below `warning`.

    Called once, by whoever starts; called again it replaces what was there.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        moments(clock or SystemClock()),
        structlog.processors.format_exc_info,
        without_payloads,
        redact_event,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=colours)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.WARNING))
    ours = logging.getLogger("kajitori")
    ours.setLevel(LEVELS[level])
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=_ours,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        cache_logger_on_first_use=False,
    )


def _ours(*names: str) -> logging.Logger:
    """`get_logger("slack")` is `kajitori.slack`, so that our level holds for ours and not for libraries."""
    return logging.getLogger(".".join(("kajitori", *names)))


def moments(clock: Clock) -> Processor:
    """Adds `at`: aware UTC, ISO 8601, from our own clock."""

    def add(logger: Any, method: str, pairs: EventDict) -> EventDict:
        del logger, method
        pairs["at"] = clock.now().isoformat(timespec="milliseconds")
        return pairs

    return add


def without_payloads(logger: Any, method: str, pairs: EventDict) -> EventDict:
    """Replaces every value that is not plain, and cuts long ones."""
    del logger, method
    return {name: value if name.startswith("_") else _plain(name, value) for name, value in pairs.items()}


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if name in LONG or len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    if name in OURS:
        return value
    if isinstance(value, (bytes, bytearray)):
        return f"({len(value)} bytes)"
    return f"({type(value).__name__})"
