"""Images of containers: `container=image` words as kubectl reads them, what they change, and the call that does it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from bot.errors import NotUnderstood, Refused
from bot.operations.json import Object
from bot.operations.kinds import Target
from bot.operations.plan import Call, ContentType
from bot.operations.templates import container_patch, container_preconditions, images, split_image
from bot.operations.workloads import Seen
from bot.text import Code, Text, text

IMAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@\-]{0,511}")
"""What can be an image reference at all; whether it exists only the node's registry knows."""
_PART: Final = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
PULLABLE: Final = re.compile(
    rf"(?:[A-Za-z0-9][A-Za-z0-9.\-]*(?::\d+)?/)?{_PART}(?:/{_PART})*"
    r"(?::\w[\w.\-]{0,127})?(?:@[A-Za-z][A-Za-z0-9+._\-]*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
"""A reference as container runtimes read it (`distribution/reference`); anything else is InvalidImageName on a node."""
EVERY: Final = "*"
Fields = dict[str, dict[str, Any]]
"""What is set, by container."""


def read_pairs(
    words: Sequence[str], *, example: str = "set image deployment/app app=registry/app:v2"
) -> dict[str, str]:
    """`container=image` pairs. Raises `NotUnderstood` with kubectl's reasons."""
    if not words:
        raise NotUnderstood(
            text("at least one image update is required"),
            next=text("Write it like {example}.", example=Code(example)),
        )
    pairs: dict[str, str] = {}
    for word in words:
        container, _, reference = word.partition("=")
        if not container or not IMAGE.fullmatch(reference):
            raise NotUnderstood(
                text("{word} is no container with an image.", word=Code(ascii(word[:80])[1:-1])),
                next=text("Write it like {example}.", example=Code("app=registry/app:v2")),
            )
        if container in pairs and pairs[container] != reference:
            raise NotUnderstood(text("{container} is given two images.", container=Code(container)))
        pairs[container] = reference
    if EVERY in pairs and len(pairs) > 1:
        raise NotUnderstood(
            text(
                "all containers are already specified by *, but saw more than one container_name=container_image pairs"
            )
        )
    return pairs


def image_fields(seen: Seen, wanted: dict[str, str]) -> Fields:
    """The same as what is set. Raises `Refused` for a container that is not there, before anything is sent."""
    return as_fields(changed_images(seen.template, wanted, target=seen.target))


def changed_images(template: Object, wanted: dict[str, str], *, target: Target) -> dict[str, str]:
    """The images that change, by container. Raises `Refused` for a container that is not there."""
    have = images(template)
    if EVERY in wanted:
        wanted = dict.fromkeys(have, wanted[EVERY])
    for container in wanted:
        if container not in have:
            raise no_container(template, container, target=target)
    return {name: reference for name, reference in wanted.items() if have[name] != reference}


def no_container(template: Object, container: str, *, target: Target) -> Refused:
    """The refusal of a container that the template does not have."""
    return Refused(
        text("unable to find container named {name}", name=Code(container)),
        target=target.title,
        next=text("It has {containers}.", containers=Code(", ".join(images(template)) or "-")),
    )


def container_call(seen: Seen, fields: Fields, *guarded: tuple[str, ...]) -> Call:
    """The strategic merge that sets fields of containers, on condition that the guarded ones are as read."""
    return Call(
        id="step-1",
        verb="patch",
        target=seen.target,
        content_type=ContentType.STRATEGIC,
        body=container_patch(seen, fields),
        uid=seen.uid,
        preconditions=container_preconditions(seen, set(fields), *guarded),
    )


def image_warnings(wanted: dict[str, str]) -> list[Text]:
    """What kubectl and the API server let pass: a name that no node can pull, one that means another image later."""
    found = []
    for each in dict.fromkeys(wanted.values()):
        if not PULLABLE.fullmatch(each):
            found.append(text("{image} is no image name to a node, so no pod of it would start.", image=Code(each)))
        elif split_image(each)[1] == "latest":
            found.append(text("{image} can mean another image tomorrow.", image=Code(each)))
    return found


def as_fields(pairs: dict[str, str]) -> Fields:
    """Images by container as what is set."""
    return {name: {"image": reference} for name, reference in pairs.items()}
