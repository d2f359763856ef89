"""What an analysis found: the metric, its value, the condition, since when, and which kind of end it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bot.operations.argo.models import AnalysisRun, Metric, MetricResult, Rollout
from bot.operations.argo.rollout import HASH, Seen
from bot.operations.json import Object, resolve
from bot.operations.pods import short
from bot.operations.redaction import USERINFO
from bot.text import Bold, Code, Text, When, text

BAD: Final = ("Failed", "Error", "Inconclusive")
ENDED: Final = ("Successful", *BAD)


def owned_runs(rollout: Rollout, objects: Iterable[Object]) -> list[AnalysisRun]:
    """All runs that a Rollout owns, the newest first."""
    found = [msgspec.convert(each, AnalysisRun) for each in objects]
    owned = [
        each
        for each in found
        if any(owner.uid == rollout.metadata.uid for owner in each.metadata.owner_references or ())
    ]
    return sorted(owned, key=lambda each: (_started(each), each.metadata.name), reverse=True)


def runs_of(rollout: Rollout, objects: Iterable[Object]) -> list[AnalysisRun]:
    """Those of the version that is under way."""
    wanted = rollout.status.current_pod_hash
    return [each for each in owned_runs(rollout, objects) if (each.metadata.labels or {}).get(HASH) == wanted]


def findings(runs: Sequence[AnalysisRun]) -> list[Text]:
    """A sentence for each metric that is not well in these runs."""
    return [
        _finding(run, result)
        for run in runs
        for result in run.status.metric_results or ()
        if not result.dry_run and (result.phase in BAD or result.failed or result.error or result.inconclusive)
    ]


def not_passing(found: Seen, runs: Iterable[Object]) -> Text | None:
    """Why the version under way is not known to be well now; `None` if all that measures it says so, or nothing does.

    Asked are the runs that the status names: others are of another step, or of an earlier try. A failure that the
    analysis itself puts up with counts until the next measurement is good.
    """
    status = found.live.status.canary
    begins = resolve(found.live.spec.strategy, "/canary/analysis/startingStep")
    background = status.current_background_analysis_run_status
    if background is None and _has_background(found) and found.index >= (begins if isinstance(begins, int) else 0):
        return text("its analysis has not begun")
    named = [each.name for each in (background, status.current_step_analysis_run_status) if each is not None]
    owned = {run.metadata.name: run for run in owned_runs(found.live, runs)}
    said = [_not_well(owned.get(name), name) for name in named]
    return next((each for each in said if each is not None), None)


def is_measured(found: Seen) -> bool:
    """Whether an analysis or an experiment looks at the version under way from here on."""
    left = found.steps[found.index :]
    return _has_background(found) or any({"analysis", "experiment"} & step.keys() for step in left)


def _has_background(found: Seen) -> bool:
    return isinstance(resolve(found.live.spec.strategy, "/canary/analysis"), dict)


def _not_well(run: AnalysisRun | None, name: str) -> Text | None:
    if run is None:
        return text("its analysis {name} is not there", name=Code(short(name)))
    results = [each for each in run.status.metric_results or () if not each.dry_run]
    for result in results:
        ended = [each.phase for each in result.measurements or () if each.phase in ENDED]
        if result.phase in BAD or (ended and ended[-1] in BAD):
            return _finding(run, result)
    if run.status.phase in BAD:
        return text("its analysis {name} ended as {phase}", name=Code(short(name)), phase=Code(run.status.phase))
    if not run.completed and (not results or any(not each.successful for each in results)):
        return text("its analysis {name} has not measured yet", name=Code(short(name)))
    return None


def _finding(run: AnalysisRun, result: MetricResult) -> Text:
    last = result.measurements[-1] if result.measurements else None
    metric = next((each for each in run.spec.metrics or () if each.name == result.name), Metric())
    value = (last.value if last is not None else "") or "-"
    bad = next((each for each in result.measurements or () if each.phase in BAD), last)
    since = bad.started_at if bad is not None else run.status.started_at
    kind = result.phase if result.phase in BAD else _worst(result)
    said = text(
        "{metric} is {value}, {condition}: {count} of {total} bad",
        metric=Bold(short(result.name)),
        value=Code(short(value)),
        condition=_condition(metric),
        count=result.failed + result.error + result.inconclusive,
        total=max(result.count + result.error, 1),
    )
    why = _KINDS[kind]
    if kind == "Error" and last is not None and last.message:
        why = text("{why}: {message}", why=why, message=Code(USERINFO.sub("…", short(last.message))))
    if since is None:
        return text("{said} ({why})", said=said, why=why)
    return text("{said} since {when} ({why})", said=said, when=When(since), why=why)


def _condition(metric: Metric) -> Text:
    if metric.failure_condition:
        return text("bad if {condition}", condition=Code(short(metric.failure_condition)))
    if metric.success_condition:
        return text("good if {condition}", condition=Code(short(metric.success_condition)))
    return text("without a condition")


def _worst(result: MetricResult) -> str:
    return "Failed" if result.failed else "Error" if result.error else "Inconclusive"


_KINDS: Final = {
    "Failed": text("the application: it aborts by itself"),
    "Error": text("the metric source, not the application"),
    "Inconclusive": text("undecided: it waits for a person"),
}


def _started(run: AnalysisRun) -> float:
    made = run.metadata.creation_timestamp
    return made.timestamp() if made is not None else 0.0
