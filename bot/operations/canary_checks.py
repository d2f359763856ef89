"""When two Deployments cannot be a stable one and its canary, and what to do about it."""

from __future__ import annotations

import msgspec

from bot.errors import Refused
from bot.operations.canaries import OF, TRACK, Pair, canary_labels, canary_selector, share, template_labels
from bot.operations.models import Selector
from bot.operations.selectors import selects
from bot.operations.services import Service, matches
from bot.text import Code, text


def check_numbers(pair: Pair) -> None:
    """Raise `Refused` where the numbers of pods are not ours to set."""
    for each in pair.autoscalers:
        aim = f"deployment/{each.spec.scale_target_ref.name}"
        raise Refused(
            text("{hpa} sets how many pods {target} has.", hpa=Code(f"hpa/{each.metadata.name}"), target=Code(aim)),
            target=pair.stable.target.title,
            why=text("It would fight every weight: a canary by two Deployments keeps the pods in total."),
            next=text(
                "Delete it while the canary runs ({command}), or use Argo Rollouts, which works with it.",
                command=Code(f"hpa remove hpa/{each.metadata.name}"),
            ),
        )


def check_pair(pair: Pair) -> None:
    """Raise `Refused` where the numbers of pods are not ours to set, or do not decide who gets the traffic."""
    check_numbers(pair)
    if not pair.services:
        raise Refused(
            text("No Service sends to {stable}.", stable=Code(pair.stable.target.reference)),
            target=pair.stable.target.title,
            why=text("A weight is a share of a Service's endpoints."),
            next=text("Make a Service that selects its pods, then ask again."),
        )
    for service in pair.services:
        _check_service(pair, service)
    if pair.canary is not None and selects(pair.canary.live.spec.selector, template_labels(pair.stable)):
        raise Refused(
            text(
                "The selector of {canary} takes the pods of {stable} too.",
                canary=Code(pair.canary_target.reference),
                stable=Code(pair.stable.target.reference),
            ),
            target=pair.stable.target.title,
            why=text("Nobody could tell which pods are the canary's."),
            next=text(
                "A selector cannot be changed, so make {canary} anew with one of its own.",
                canary=Code(pair.canary_target.reference),
            ),
        )


def _check_service(pair: Pair, service: Service) -> None:
    named = Code(f"service/{service.metadata.name}")
    if service.rollout:
        raise Refused(
            text("{service} belongs to a Rollout.", service=named),
            target=pair.stable.target.title,
            next=text("Let Argo Rollouts run the canary: {command}.", command=Code("kubectl argo rollouts set image")),
        )
    labels = template_labels(pair.canary) if pair.canary is not None else canary_labels(pair.stable)
    if not matches(service.selector, labels):
        kept = ",".join(f"{key}={value}" for key, value in service.selector.items() if labels.get(key) != value)
        raise Refused(
            text("{service} would send nothing to the canary.", service=named),
            target=pair.stable.target.title,
            why=text("It sends to pods with {labels} only.", labels=Code(kept)),
            next=text(
                "Take that label out of its selector first, or switch by it: {command}.", command=Code("bluegreen")
            ),
        )


def check_unpaused(pair: Pair) -> None:
    """Raise `Refused` where a template is not what runs."""
    for each in pair.both:
        if each.live.spec.paused:
            raise Refused(
                text("{target} is paused.", target=Code(each.target.reference)),
                target=each.target.title,
                why=text("What its template says is not what its pods are."),
                next=text("Resume it first: {command}.", command=Code(f"rollout resume {each.target.reference}")),
            )


def check_makeable(pair: Pair) -> None:
    """Raise `Refused` where a canary cannot be made under its name, or one runs."""
    stable, canary = pair.stable, pair.canary
    if canary is None:
        selector = msgspec.convert(canary_selector(stable), Selector)
        if not selects(selector, canary_labels(stable)):
            raise Refused(
                text(
                    "The selector of {stable} does not let a canary be told apart.",
                    stable=Code(stable.target.reference),
                ),
                target=stable.target.title,
                why=text("Its selector says something else about {label}.", label=Code(TRACK)),
                next=text(
                    "Roll it out without a canary: {command}.",
                    command=Code(f"set image {stable.target.reference} CONTAINER=IMAGE"),
                ),
            )
        return
    if canary.replicas:
        weight = ("canary", "set-weight", stable.target.reference, "--weight=PERCENT")
        raise Refused(
            text("A canary runs already: {share}.", share=share(pair.pods, pair.total)),
            target=stable.target.title,
            next=text("Change its weight: {command}.", command=Code(" ".join(weight))),
        )
    if (canary.live.metadata.annotations or {}).get(OF) != stable.target.name:
        raise Refused(
            text("{canary} was not made here.", canary=Code(canary.target.reference)),
            target=stable.target.title,
            why=text("It is somebody else's Deployment, and would be overwritten."),
            next=text("Choose another name with {flag}.", flag=Code("--canary=NAME")),
        )
    if not selects(canary.live.spec.selector, canary_labels(stable)):
        raise Refused(
            text("The selector of {canary} would not take the new pods.", canary=Code(canary.target.reference)),
            target=stable.target.title,
            why=text("The labels of {stable} have changed since it was made.", stable=Code(stable.target.reference)),
            next=text("Choose another name with {flag}.", flag=Code("--canary=NAME")),
        )
