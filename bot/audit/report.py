"""What a verification found, as data for the terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, final

from bot.text import Text, text

MOST: Final = 200
"""Findings kept; the others are counted. One altered record is as damning as a million."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`findings` name each place that is not as it was written, at most `MOST`; `more` counts the rest.

    `unsealed` records are chained, but not covered by a signature yet: whoever can write to the database could have
    replaced the newest of them, or taken them away, except where they contradict the requests. `keys` are the ids of
    the keys that signed; `declared`: they were taken from the export itself, so compare them with the installation's.
    """

    records: int
    chains: int
    seals: int
    unsealed: int
    last_seal: int
    keys: tuple[str, ...]
    declared: bool
    findings: tuple[Text, ...]
    more: int

    @property
    def intact(self) -> bool:
        """Whether everything is as it was written, as far as can be known from what was given."""
        return not self.findings

    def lines(self) -> tuple[Text, ...]:
        """The findings, or what was verified."""
        if self.more:
            return (*self.findings, text("And {count} more.", count=self.more))
        if self.findings:
            return self.findings
        return (
            text(
                "All {records} records of {chains} chains are as they were written; {unsealed} are not sealed yet.",
                records=self.records,
                chains=self.chains,
                unsealed=self.unsealed,
            ),
        )


@final
@dataclass
class Findings:
    """Collects them, in a bounded space."""

    kept: list[Text] = field(default_factory=list)
    more: int = 0

    def add(self, found: Text) -> None:
        if len(self.kept) < MOST:
            self.kept.append(found)
        else:
            self.more += 1
