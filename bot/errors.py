"""All errors of Kajitori and how they hang together.

    KajitoriError             what happened, to what, why, and what to do next: shown to a person as it is
    ├── Refused               a rule, a right or a precondition says no; nothing was sent
    │   ├── NotUnderstood     a command line that cannot be read; carries suggestions
    │   ├── NotFound          the thing named does not exist, or the person may not see it
    │   ├── NotServed         the cluster has no such kind of thing at all: what brings it is not installed
    │   └── Ambiguous         several things have that name; carries the choices
    ├── Unavailable           a cluster, a database or Slack does not answer now; trying again may help
    └── Bug                   an impossible state; people see its id only, the log has the rest

Packages derive their own errors from these (for example `bot.kubernetes.errors`). Foreign exceptions become ours
where they enter, with `raise … from`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.text import Text


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing a person can do instead: a button's label and the command line it stands for."""

    label: str
    command_line: str


class KajitoriError(Exception):
    """What happened, with the target, the reason and the next step, each a `Text` or absent."""

    def __init__(
        self,
        what: Text,
        *,
        target: str = "",
        why: Text | None = None,
        next: Text | None = None,
        choices: tuple[Choice, ...] = (),
    ) -> None:
        self.what = what
        self.target = target
        self.why = why
        self.next = next
        self.choices = choices
        super().__init__(" ".join(str(part) for part in (what, why, next) if part is not None))

    @property
    def unnamed(self) -> str:
        """The target, where none of the sentences names it: of several targets it is the one that was refused."""
        return "" if self.target in str(self) else self.target


class Refused(KajitoriError):
    """A rule, a right or a precondition says no. Nothing was sent."""


class NotUnderstood(Refused):
    """The command line cannot be read as an operation."""


class NotFound(Refused):
    """The object does not exist, or the person may not see it."""


class NotServed(Refused):
    """The cluster knows no such kind: what would bring it is not installed there."""


class Ambiguous(Refused):
    """Several things answer to the name; `choices` names them."""


class Unavailable(KajitoriError):
    """A part that is needed does not answer now."""


class Bug(KajitoriError):
    """An impossible state. People are shown an id only; the cause is in the log."""
