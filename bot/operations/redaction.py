"""What never leaves a cluster by way of a chat: values of the environment, of ConfigMaps and of flags that look secret.

Names, sizes and sources stay, for these are what is looked for at night. A hash is not shown either: short values can
be guessed from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.errors import Refused
from bot.operations.json import JSON, Object
from bot.text import Code, text

SECRETIVE: Final = re.compile(
    r"(?i)pass(?:word|wd|phrase)?(?:$|[^a-z])|pwd|secret|token|credential|(?:api|access|private|session)[-_]?key"
    r"|authorization|(?:^|[^a-z])(?:auth|pw)(?:$|[^a-z])|bearer|dsn"
)
USERINFO: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")
ASSIGNED: Final = re.compile(r"(--?[\w.-]+[=:]|[\w.-]+=)(.+)", re.DOTALL)
HIDDEN_ANNOTATIONS: Final = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})
"""Holds a copy of the whole object, values and all."""


def looks_secret(name: str, value: str | None) -> bool:
    """Whether a value is one that nobody types into a chat: by its name, or as an address with a password in it."""
    return bool(value) and (SECRETIVE.search(name) or USERINFO.search(value or "")) is not None


def refuse_secrets(values: Mapping[str, str | None]) -> None:
    """Raise `Refused` for the first value that looks like a secret; what is removed is none."""
    name = next((name for name, value in values.items() if looks_secret(name, value)), None)
    if name is not None:
        raise Refused(
            text("{name} looks like a secret, and Slack keeps what is typed.", name=Code(name)),
            why=text("Everyone who reads this channel could read it, now and later."),
            next=text("Put it into a Secret and let the container take it from there; rotate it if it is a real one."),
        )


def hidden(value: str) -> str:
    """What stands for a value that is not shown."""
    return "(empty)" if not value else f"(hidden, {len(value)} characters)"


def redact_words(words: list[Any]) -> list[str]:
    """A command or its arguments: values of flags that look secret are hidden, also when they are the next word."""
    shown: list[str] = []
    after_secret = False
    for word in map(str, words):
        found = ASSIGNED.fullmatch(word)
        if after_secret and not word.startswith("-"):
            shown.append(hidden(word))
        elif found and SECRETIVE.search(found[1]):
            shown.append(found[1] + hidden(found[2]))
        else:
            shown.append(USERINFO.sub("…", word))
        after_secret = word.startswith("-") and found is None and SECRETIVE.search(word) is not None
    return shown


def redacted(whole: JSON, key: str = "") -> JSON:
    """A copy of an object without managedFields and without values that people keep secrets in."""
    if isinstance(whole, list):
        if key == "env":
            return [_variable(each) for each in whole]
        words = key in ("args", "command") and not any(isinstance(each, dict) for each in whole)
        return [*redact_words(whole)] if words else [_named(each) for each in whole]
    if not isinstance(whole, dict):
        return USERINFO.sub("…", whole) if isinstance(whole, str) else whole
    if key in ("data", "binaryData", "stringData"):
        return {name: hidden(value) if isinstance(value, str) else redacted(value) for name, value in whole.items()}
    if key == "annotations":
        return {name: _annotation(name, value) for name, value in whole.items()}
    return {name: redacted(value, name) for name, value in whole.items() if name != "managedFields"}


def _variable(variable: JSON) -> JSON:
    if isinstance(variable, dict) and "value" in variable:
        return {**variable, "value": hidden(str(variable["value"]))}
    return redacted(variable)


def _named(element: JSON) -> JSON:
    """An element of a list; the value of one whose name looks secret is hidden: arguments, headers."""
    shown = redacted(element)
    name = str((element.get("name") or element.get("key") or "") if isinstance(element, dict) else "")
    if isinstance(shown, dict) and isinstance(shown.get("value"), str) and SECRETIVE.search(name):
        return {**shown, "value": hidden(str(shown["value"]))}
    return shown


def _annotation(name: str, value: JSON) -> JSON:
    if name in HIDDEN_ANNOTATIONS or SECRETIVE.search(name):
        return hidden(str(value))
    return redacted(value)


def environment(container: Object) -> dict[str, str]:
    """Each variable of a container and where its value comes from, kubectl-like; literal values are hidden."""
    listed = container.get("env")
    found: dict[str, str] = {}
    for variable in listed if isinstance(listed, list) else []:
        if isinstance(variable, dict):
            found[str(variable.get("name"))] = _origin(variable)
    return found


def _origin(variable: Object) -> str:
    source = variable.get("valueFrom")
    if not isinstance(source, dict):
        return hidden(str(variable.get("value") or ""))
    for field, of in (("secretKeyRef", "secret"), ("configMapKeyRef", "config map")):
        reference = source.get(field)
        if isinstance(reference, dict):
            return f"<set to the key '{reference.get('key')}' in {of} '{reference.get('name')}'>"
    reference = source.get("fieldRef") or source.get("resourceFieldRef")
    if isinstance(reference, dict):
        return f"({reference.get('fieldPath') or reference.get('resource')})"
    return "(from elsewhere)"
