"""Pod Security levels of a namespace: what its labels say, which change loosens it, which pods the API server named.

As the plugin reads them (`k8s.io/pod-security-admission` `api/helpers.go`): without a label a namespace takes in
everything, and a level that is none counts as the strictest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from bot.errors import NotUnderstood
from bot.operations.probes import MODES, POD_SECURITY
from bot.text import Code, text

LEVELS: Final = ("privileged", "baseline", "restricted")
"""From the loosest to the strictest."""
KEPT: Final = tuple(f"{POD_SECURITY}{mode}{what}" for mode in MODES for what in ("", "-version"))
"""Every label of Pod Security."""
VERSION: Final = re.compile(r"latest|v1\.(0|[1-9][0-9]{0,3})")
NONE: Final = "none"
"""What is typed to take a label away."""
_UNDONE: Final = text("Nothing was done.")
OTHERS: Final = re.compile(r"(?P<pod>[a-z0-9.-]+)(?: \(and (?P<others>\d{1,6}) other pods?\))?: (?P<why>.+)")


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A pod that would not be taken in again, how many are like it, and why, in the API server's words."""

    pod: str
    others: int
    why: str


def label_of(mode: str, *, version: bool = False) -> str:
    return f"{POD_SECURITY}{mode}{'-version' if version else ''}"


def level_of(labels: Mapping[str, str], mode: str) -> str:
    """The level that counts for enforce, audit or warn."""
    said = labels.get(label_of(mode), LEVELS[0])
    return said if said in LEVELS else LEVELS[-1]


def version_of(labels: Mapping[str, str], mode: str) -> str:
    return labels.get(label_of(mode, version=True), "latest")


def shown(labels: Mapping[str, str], mode: str) -> str:
    """`baseline`, `baseline:v1.30`, or `-` where nothing is said."""
    if label_of(mode) not in labels:
        return "-"
    version = version_of(labels, mode)
    return labels[label_of(mode)] + ("" if version == "latest" else f":{version}")


def changed(labels: Mapping[str, str], wanted: Mapping[str, str | None]) -> dict[str, str]:
    """The labels as they would be."""
    after = {**labels, **{key: value for key, value in wanted.items() if value is not None}}
    return {key: value for key, value in after.items() if wanted.get(key, value) is not None}


def loosens(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether any mode would let in, or keep silent about, what it did not before.

    Versions are not compared: any other version than the latest is one whose checks nobody here knows.
    """
    for mode in MODES:
        then, now = (LEVELS.index(level_of(each, mode)) for each in (before, after))
        version = version_of(after, mode)
        if now < then or (now and version not in ("latest", version_of(before, mode))):
            return True
    return False


def tightens(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether pods could be refused that are taken in now, so that the API server is to be asked which."""
    then, now = ((level_of(each, "enforce"), version_of(each, "enforce")) for each in (before, after))
    return now != then and now[0] != LEVELS[0]


def violations(warnings: Sequence[str]) -> tuple[Violation, ...]:
    """The pods that the API server's warnings name; other warnings are left out."""
    if not any("violate the new PodSecurity enforce level" in each for each in warnings):
        return ()
    found = (OTHERS.fullmatch(each) for each in warnings)
    return tuple(
        Violation(pod=each["pod"], others=int(each["others"] or 0), why=each["why"])
        for each in found
        if each is not None
    )


def pods_in(found: Sequence[Violation]) -> int:
    return sum(1 + each.others for each in found)


def read_level(said: str, flag: str) -> str | None:
    """A level as typed after a flag; null for `none`. Raises `NotUnderstood`."""
    return None if said == NONE else check_level(said, flag)


def read_version(said: str, flag: str) -> str | None:
    """A version as typed after a flag; null for `none`. Raises `NotUnderstood`."""
    return None if said == NONE else check_version(said, flag)


def check_level(said: str, what: str) -> str:
    """Raise `NotUnderstood`, as the plugin does, for what is no level."""
    if said in LEVELS:
        return said
    raise NotUnderstood(
        text(
            "{what} must be one of {levels}, not {value}.", what=Code(what), levels=", ".join(LEVELS), value=_cut(said)
        ),
        next=_UNDONE,
    )


def check_version(said: str, what: str) -> str:
    """Raise `NotUnderstood`, as the plugin does, for what is no version."""
    if VERSION.fullmatch(said):
        return said
    raise NotUnderstood(
        text(
            "{what} must be {latest} or {form}, not {value}.",
            what=Code(what),
            latest="latest",
            form="v1.x",
            value=_cut(said),
        ),
        next=_UNDONE,
    )


def read_labels(wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    """Labels of Pod Security as they are typed after `label namespace`. Raises `NotUnderstood`."""
    for key, value in wanted.items():
        if key not in KEPT:
            raise NotUnderstood(
                text("{key} is no label of Pod Security.", key=Code(key)),
                next=text("It knows {labels}.", labels=Code(", ".join(KEPT))),
            )
        if value is not None:
            (check_version if key.endswith("-version") else check_level)(value, key)
    return dict(wanted)


def _cut(said: str) -> Code:
    return Code((said if len(said) <= 60 else said[:59] + "…") or '""')
