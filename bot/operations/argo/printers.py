"""Tables of the kinds that Argo Rollouts brings, in the columns of their own definitions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.operations.ages import age
from bot.operations.argo.kinds import ANALYSIS_RUN, EXPERIMENT, ROLLOUT
from bot.operations.argo.rollout import DEGRADED
from bot.operations.kinds import Kind
from bot.operations.models import Lean
from bot.operations.printers.listed import Listed
from bot.operations.printers.tables import Printer
from bot.operations.untrusted import one_line


class Wanted(Lean, frozen=True, kw_only=True):
    replicas: int | None = None


class Counts(Lean, frozen=True, kw_only=True):
    """Absent is not 0 here: the API server leaves such a cell empty."""

    phase: str = ""
    replicas: int | None = None
    updated_replicas: int | None = None
    available_replicas: int | None = None


class ListedRollout(Listed, frozen=True, kw_only=True):
    spec: Wanted = Wanted()
    status: Counts = Counts()


class Phase(Lean, frozen=True, kw_only=True):
    phase: str = ""


class Phased(Listed, frozen=True, kw_only=True):
    """An AnalysisRun or an Experiment: its phase is all that its table shows."""

    status: Phase = Phase()


def rollout_cells(found: ListedRollout, now: datetime) -> tuple[str, ...]:
    """DESIRED CURRENT UP-TO-DATE AVAILABLE, empty where the object does not say (`additionalPrinterColumns`)."""
    status = found.status
    counts = (found.spec.replicas, status.replicas, status.updated_replicas, status.available_replicas)
    made = age(found.metadata.creation_timestamp, now)
    return (found.metadata.name, *("" if each is None else str(each) for each in counts), made)


def phased_cells(found: Phased, now: datetime) -> tuple[str, ...]:
    """NAME STATUS AGE."""
    made = age(found.metadata.creation_timestamp, now)
    return (found.metadata.name, one_line(found.status.phase), made)


ROLLOUTS: Final = Printer(
    model=ListedRollout,
    columns=("NAME", "DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE", "AGE"),
    cells=rollout_cells,
    well=lambda found: found.status.phase != DEGRADED,
)
PHASED: Final = Printer(
    model=Phased,
    columns=("NAME", "STATUS", "AGE"),
    cells=phased_cells,
    well=lambda found: found.status.phase not in ("Failed", "Error", "Inconclusive"),
)
PRINTERS: Final[dict[Kind, Printer[Any]]] = {ROLLOUT: ROLLOUTS, ANALYSIS_RUN: PHASED, EXPERIMENT: PHASED}
"""AnalysisTemplates have a name and an age, as everything has."""
