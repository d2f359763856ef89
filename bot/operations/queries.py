"""Label and field selectors as typed, checked before they are sent, with the reasons kubectl gives."""

from __future__ import annotations

import re
from typing import Final

from bot.errors import NotUnderstood
from bot.operations.models import Requirement, Selector
from bot.operations.selectors import selector_of
from bot.text import Code, text

KEY: Final = r"(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?"
VALUE: Final = r"(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?"
PARTS: Final = re.compile(r",(?![^(]*\))")
EQUAL: Final = re.compile(rf"({KEY})\s*(==|=|!=)\s*({VALUE})", re.ASCII)
SET: Final = re.compile(rf"({KEY})\s+(in|notin)\s*\(([^()]*)\)", re.ASCII)
EXISTS: Final = re.compile(rf"(!?)\s*({KEY})", re.ASCII)
FIELD: Final = re.compile(r"([A-Za-z][\w.\[\]'/-]*)\s*(==|=|!=)\s*([^,=!]*)", re.ASCII)


def label_query(written: str) -> str:
    """The selector in one form (`a=b,c in (d,e)`); empty for none. Raises `NotUnderstood`."""
    return selector_of(read_selector(written)) if written.strip() else ""


def read_selector(written: str) -> Selector:
    """`a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a` and `!a`, joined by commas (all must hold).

    The grammar of k8s.io/apimachinery `pkg/labels/selector.go` without `<` and `>`. Raises `NotUnderstood`.
    """
    labels: dict[str, str] = {}
    requirements: list[Requirement] = []
    for part in PARTS.split(written):
        found = _requirement(part.strip())
        if found is None:
            raise NotUnderstood(
                text("unable to parse requirement {part}", part=Code(part.strip())),
                next=text("Write selectors like {example}.", example=Code("app=web,tier!=cache")),
            )
        single = found.values is not None and len(found.values) == 1
        if found.operator == "In" and single and found.values and labels.get(found.key) in (None, found.values[0]):
            labels[found.key] = found.values[0]
        else:
            requirements.append(found)
    return Selector(match_labels=labels or None, match_expressions=tuple(requirements) or None)


def stored_selector(written: str) -> Selector:
    """The selector as an object keeps it: what is equal in `matchLabels`, all else as it was said, sorted by key.

    From k8s.io/apimachinery v0.36 `ParseToLabelSelector`, which takes no `!=`; there the last of two values for a key
    stays, here both are refused. Raises `NotUnderstood`.
    """
    labels: dict[str, str] = {}
    others: list[Requirement] = []
    for part in map(str.strip, PARTS.split(written)):
        equal, found = EQUAL.fullmatch(part), _requirement(part)
        if found is None or (equal is not None and equal[2] == "!="):
            raise NotUnderstood(
                text("unable to parse requirement {part}", part=Code(part)),
                next=text("Write selectors like {example}.", example=Code("app=web,tier notin (cache)")),
            )
        if equal is None:
            others.append(found)
        elif labels.setdefault(equal[1], equal[3]) != equal[3]:
            raise NotUnderstood(
                text("{key} is given twice.", key=Code(equal[1])),
                next=text("Write selectors like {example}.", example=Code("app=web,tier notin (cache)")),
            )
    others.sort(key=lambda each: each.key)
    return Selector(match_labels=labels or None, match_expressions=tuple(others) or None)


def field_query(written: str) -> str:
    """A field selector (`status.phase!=Running,spec.nodeName=n1`) in one form. Raises `NotUnderstood`."""
    if not written.strip():
        return ""
    terms = []
    for part in written.split(","):
        found = FIELD.fullmatch(part.strip())
        if found is None:
            raise NotUnderstood(
                text("invalid field selector: {part}", part=Code(part.strip())),
                next=text("Write selectors like {example}.", example=Code("status.phase=Failed")),
            )
        terms.append(f"{found[1]}{'!=' if found[2] == '!=' else '='}{found[3].strip()}")
    return ",".join(terms)


def _requirement(part: str) -> Requirement | None:
    if found := EQUAL.fullmatch(part):
        return Requirement(key=found[1], operator="NotIn" if found[2] == "!=" else "In", values=(found[3],))
    if found := SET.fullmatch(part):
        values = tuple(sorted({value.strip() for value in found[3].split(",")}))
        if all(re.fullmatch(VALUE, value, re.ASCII) for value in values):
            return Requirement(key=found[1], operator="In" if found[2] == "in" else "NotIn", values=values)
        return None
    if found := EXISTS.fullmatch(part):
        return Requirement(key=found[2], operator="DoesNotExist" if found[1] else "Exists")
    return None
