"""A form and a line are two ways to say the same."""

from __future__ import annotations

import pytest

from bot.commandline.form import FieldKind, form_of, line_of
from bot.commandline.grammar import parse
from bot.errors import NotUnderstood
from tests.commandline.families import REGISTRY

FILLED = [
    (
        "rollout undo",
        {"targets": "deploy/app", "to_revision": "3", "reason": "5xx since 03:02", "namespace": " ", "context": ""},
        "rollout undo deploy/app --reason='5xx since 03:02' --to-revision=3",
    ),
    ("rollout undo", {"targets": "deploy/a deploy/b"}, "rollout undo deploy/a deploy/b"),
    (
        "logs",
        {"target": "pod/x", "follow": "true", "previous": "false", "timestamps": "false", "match": "two words"},
        "logs pod/x --follow --timestamps=false --match='two words'",
    ),
    (
        "backup create",
        {"name": "full", "include_namespaces": "a,b c", "order": "old-first"},
        "backup create full --include-namespaces=a,b,c --order=old-first",
    ),
    ("set image", {"targets": "deploy/app", "images": "app=x:2"}, "set image deploy/app app=x:2"),
]


@pytest.mark.parametrize(("name", "values", "typed"), FILLED, ids=[name for name, _, _ in FILLED])
def test_a_filled_in_form_is_the_typed_line(name: str, values: dict[str, str], typed: str) -> None:
    assert line_of(REGISTRY[name], values) == parse(typed, REGISTRY).line


BAD = [
    ("rollout undo", {"targets": "app", "to_revision": "-1"}, "--to-revision is at least 0, not -1."),
    ("scale", {"targets": "app"}, "--replicas is missing."),
    ("scale", {"targets": "аpp", "replicas": "1"}, "U+0430 CYRILLIC SMALL LETTER A"),
    ("logs", {"target": "pod/x", "container": "mаin"}, "U+0430 CYRILLIC SMALL LETTER A"),
    ("logs", {"target": "pod/x", "follow": "perhaps"}, "--follow is true or false"),
    ("backup create", {"name": "full", "order": "random"}, "--order is one of old-first, new-first"),
    ("rollout undo", {"targets": "app; rm"}, "No shell stands behind this"),
]


@pytest.mark.parametrize(("name", "values", "sentence"), BAD, ids=[sentence for _, _, sentence in BAD])
def test_a_form_is_held_to_the_same_bounds(name: str, values: dict[str, str], sentence: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        line_of(REGISTRY[name], values)
    assert sentence in str(caught.value)


def test_the_fields_follow_the_model() -> None:
    fields = {field.block: field for field in form_of(REGISTRY["scale"]).fields}
    assert (fields["replicas"].kind, fields["replicas"].required) == (FieldKind.NUMBER, True)
    assert fields["namespace"].kind is FieldKind.TEXT
    assert next(iter(fields)) == "targets"
    logs = {field.block: field for field in form_of(REGISTRY["logs"]).fields}
    assert (logs["follow"].kind, logs["timestamps"].initial) == (FieldKind.CHECKBOX, "true")
    order = {field.block: field for field in form_of(REGISTRY["backup create"]).fields}["order"]
    assert (order.kind, order.options) == (FieldKind.SELECT, ("old-first", "new-first"))
    assert "template_hash" not in {field.block for field in form_of(REGISTRY["rollout undo"]).fields}
