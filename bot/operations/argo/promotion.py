"""What promoting would really do to a Rollout as it is now, and the patches that the plugin would send for it.

From `pkg/kubectl-argo-rollouts/cmd/promote/promote.go`, with four differences that are meant, each for a reason:

- what is being unpaused already is left alone, where the plugin would skip the next step: a double click;
- a step that runs and does not wait is skipped only where that was said (`--skip-current-step`);
- where somebody paused it by hand, only that is ended, and no step is skipped on the way;
- where the plugin sends nothing and prints "promoted", it is said that nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.errors import Choice, Refused
from bot.operations.argo.place import gone_on, place_of, unobserved
from bot.operations.argo.rollout import Seen, phase_of, step_words, weight_of, where
from bot.operations.json import Object
from bot.text import Bold, Code, Text, text

UNPAUSE: Final[Object] = {"spec": {"paused": False}}
CLEAR_PAUSE: Final[Object] = {"status": {"pauseConditions": None}}
FULL: Final[Object] = {"status": {"promoteFull": True}}
BASIS: Final = (
    *("/status/currentPodHash", "/status/stableRS", "/status/currentStepIndex", "/status/currentStepHash"),
    *("/status/pauseConditions", "/status/controllerPause", "/status/abort", "/status/promoteFull", "/spec/paused"),
)
"""Which version, which step of which steps, which pause (its startTime is in it), and who halted it."""


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """`status` and `spec` are bodies for those two resources; none of them: nothing is to be sent, as `nothing` says.

    `step` is the index that it leaves, -1 where that is not the point.
    """

    status: Object | None = None
    spec: Object | None = None
    step: int = -1
    before: Text | None = None
    after: Text | None = None
    warnings: tuple[Text, ...] = ()
    destructive: bool = False
    nothing: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How it was asked for; `at` is where it must stand, as `HASH` or `HASH:STEP` (the step as the status counts).

    `line` makes a command line for the same place from its words.
    """

    line: Callable[..., str]
    full: bool = False
    skip_step: bool = False
    skip_all: bool = False
    at: str = ""


def promotion(found: Seen, wanted: Wanted) -> Promotion:
    """What is to be sent. Raises `Refused`, with what would do what was probably meant."""
    if found.live.status.abort and not wanted.full:
        raise _aborted(found, wanted)
    look = wanted.line("argo", "rollouts", "get", "rollout", found.target.name)
    since = gone_on(found, wanted.at, look=look)
    if since is not None:
        return Promotion(nothing=since)
    _check(found)
    if found.promoted and not found.live.spec.paused:
        return Promotion(nothing=_done(found))
    if wanted.full:
        return _full(found)
    if wanted.skip_step or wanted.skip_all:
        return _skip(found, everything=wanted.skip_all)
    if found.live.spec.paused:
        return _unpaused(found)
    return _one_step(found, wanted)


def skip_body(index: int) -> Object:
    """Of `--skip-current-step` and `--skip-all-steps` (`setCurrentStepIndex`)."""
    return {"status": {"currentStepIndex": index}}


def inconclusive_body(index: int) -> Object:
    """Past an analysis that could not decide (`clearPauseConditionsAndControllerPausePatch`)."""
    return {"status": {"pauseConditions": None, "controllerPause": False, "currentStepIndex": index}}


def _check(found: Seen) -> None:
    """Refuses to decide by what the controller has not looked at, or does not act on."""
    if found.invalid:
        raise Refused(
            text("{target} is not valid, so its controller does nothing with it.", target=Code(found.target.reference)),
            target=found.target.title,
            why=text("{reason}", reason=found.invalid),
            next=text("Correct it, then promote."),
        )
    if not found.observed:
        raise unobserved(found)


def _done(found: Seen) -> Text:
    return text("{target} is fully promoted: nothing waits.", target=Code(found.target.reference))


def _full(found: Seen) -> Promotion:
    """`promoteFull` where something is to be promoted, and the end of a pause by hand."""
    status = None if found.promoted else FULL
    if status is not None and found.live.status.promote_full:
        return Promotion(nothing=text("{target} is being promoted in full.", target=Code(found.target.reference)))
    warnings = []
    if found.live.status.abort:
        warnings.append(text("It was aborted: this ships the version that was aborted, to everybody, at once."))
    elif status is not None:
        warnings.append(text("Analysis, pauses and steps that are left are skipped."))
    return Promotion(
        status=status,
        spec=UNPAUSE if found.live.spec.paused else None,
        before=where(found),
        after=text("{value}", value=Bold("100 %")),
        warnings=tuple(warnings),
        destructive=found.live.status.abort,
    )


def _skip(found: Seen, *, everything: bool) -> Promotion:
    if found.blue_green is not None:
        raise Refused(
            text("Cannot use skip flags when a rollout has a BlueGreen strategy."),
            target=found.target.title,
            next=text("Promote it without them, or with {flag}.", flag=Code("--full")),
        )
    if not found.steps:
        raise Refused(
            text("Cannot use skip flags with a canary that has no steps."),
            target=found.target.title,
            next=text("Promote it with {flag}.", flag=Code("--full")),
        )
    if found.index >= len(found.steps):
        return Promotion(nothing=_steps_done(found))
    index = len(found.steps) if everything else found.index + 1
    warnings = [text("It is skipped while it runs, whatever it would say: {step}.", step=_step(found))]
    if found.live.spec.paused:
        warnings = [text("It stays paused by hand: the step changes and nothing moves.")]
    elif found.pauses:
        warnings = []
    return Promotion(
        status=skip_body(index),
        step=found.index,
        before=where(found),
        after=_at(found, index),
        warnings=tuple(warnings),
    )


def _unpaused(found: Seen) -> Promotion:
    """Only the pause by hand ends; at a pause of its own it goes on waiting."""
    still = found.pauses or "pause" in (found.step or {})
    note = text("It stays at its own pause then: promote once more to go on.")
    return Promotion(
        spec=UNPAUSE,
        before=text("paused by hand"),
        after=where(found),
        warnings=(note,) if still else (),
    )


def _one_step(found: Seen, wanted: Wanted) -> Promotion:
    if found.unpausing:
        return Promotion(
            nothing=text("{target} is going on already: its pause was just ended.", target=Code(found.target.reference))
        )
    if found.pauses and found.inconclusive:
        index = min(found.index + 1, len(found.steps))
        return Promotion(
            status=inconclusive_body(index),
            step=found.index,
            before=where(found),
            after=_at(found, index),
            warnings=(text("Its analysis is inconclusive: nothing says that the new version is well."),),
        )
    if found.pauses:
        return Promotion(
            status=CLEAR_PAUSE,
            step=found.index if found.steps else -1,
            before=where(found),
            after=_at(found, found.index + 1) if found.steps else text("it serves everybody"),
        )
    raise _does_not_wait(found, wanted)


def _does_not_wait(found: Seen, wanted: Wanted) -> Refused:
    """Nothing waits for a promotion: what is under way, and what would go past it."""
    phase, message = phase_of(found)
    under_way = text("{where}: {message}", where=where(found), message=Code(message or phase))
    full, status = _again(found, wanted, "--full"), _choice(found, wanted, "status")
    if found.step is not None:
        return Refused(
            text("{target} waits for nobody now.", target=Code(found.target.reference)),
            target=found.target.title,
            why=under_way,
            next=text("To promote now would skip this step while it runs. Wait until it pauses, or say so."),
            choices=(status, _again(found, wanted, "--skip-current-step"), full),
        )
    return Refused(
        text("{target} waits for nobody now.", target=Code(found.target.reference)),
        target=found.target.title,
        why=under_way if not found.steps else _steps_done(found),
        next=text("Nothing would be sent, though the plugin says “promoted”. Wait until it pauses, or skip all that."),
        choices=(status, full),
    )


def _aborted(found: Seen, wanted: Wanted) -> Refused:
    return Refused(
        text("{target} was aborted: promoting it would do nothing that lasts.", target=Code(found.target.reference)),
        target=found.target.title,
        why=text("The controller keeps the stable version and begins again at the first step only when it is retried."),
        next=text("Retry it from the first step, take the change back, or ship it to everybody at once."),
        choices=(
            _choice(found, wanted, "retry", "rollout"),
            _choice(found, wanted, "undo"),
            _again(found, wanted, "--full"),
        ),
    )


def _steps_done(found: Seen) -> Text:
    return text("All steps of {target} are done.", target=Code(found.target.reference))


def _at(found: Seen, index: int) -> Text:
    """The step that comes, with its weight."""
    if index >= len(found.steps):
        return text("{value}", value=Bold("100 %"))
    return text(
        "step {number} of {steps} ({step}), {weight} %",
        number=index + 1,
        steps=len(found.steps),
        step=Code(step_words(found.steps[index])),
        weight=weight_of(found, index=index),
    )


def _step(found: Seen) -> Code:
    return Code(step_words(found.step or {}))


def _choice(found: Seen, wanted: Wanted, *verb: str) -> Choice:
    return Choice(label=" ".join(verb), command_line=wanted.line("argo", "rollouts", *verb, found.target.name))


def _again(found: Seen, wanted: Wanted, flag: str) -> Choice:
    """Bound to where it stands, so that a button that is pressed late does nothing else."""
    words = ("argo", "rollouts", "promote", found.target.name, flag, f"--at={place_of(found)}")
    return Choice(label=f"promote {flag}", command_line=wanted.line(*words))
