"""Was it made, and by whom? An object of that name that says something else is nobody's guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.execution.envelope import wrap
from bot.execution.readback import Effect, effect_of
from bot.operations.kinds import HPA, SERVICE, Target
from bot.operations.plan import Call, ContentType, Precondition
from tests.parity.world import GOLDEN, recorded

GOLDEN_NAME = "kubectl-autoscale"
MANAGER = "kajitori-7-step-1"


def creation() -> Call:
    golden = recorded(GOLDEN_NAME)
    body = {key: value for key, value in golden.changes[0]["body"].items() if key != "status"}
    return Call(id="step-1", verb="create", target=Target(kind=HPA, name="app", namespace=golden.namespace), body=body)


def there(*, most: int = 8, manager: str = "somebody") -> dict[str, Any]:
    """The object as the API server keeps it: with what it adds, and who wrote it."""
    found: dict[str, Any] = dict(creation().body)  # type: ignore[arg-type, call-overload]
    metadata = {**found["metadata"], "uid": "u-1", "resourceVersion": "1", "managedFields": [{"manager": manager}]}
    return {**found, "metadata": metadata, "spec": {**found["spec"], "maxReplicas": most}, "status": {}}


@pytest.mark.parametrize(
    ("observed", "effect"),
    [
        (None, Effect.NOT_DONE),
        (there(manager=MANAGER), Effect.OURS),
        (there(manager=MANAGER, most=9), Effect.OURS),
        (there(), Effect.ALREADY),
        (there(most=9), Effect.UNKNOWN),
        (there(manager="kajitori-7-step-2", most=9), Effect.UNKNOWN),
    ],
    ids=["not there", "ours", "ours, changed since", "another's, the same", "another's", "another step's"],
)
def test_by_its_manager_or_by_what_it_says(observed: dict[str, Any] | None, effect: Effect) -> None:
    assert effect_of(creation(), observed, manager=MANAGER) is effect


def test_what_the_api_server_kept_says_what_was_asked_for() -> None:
    kept = json.loads((GOLDEN / f"{GOLDEN_NAME}.json").read_text())["after"]["objects"][0]
    assert effect_of(creation(), kept, manager=MANAGER) is Effect.ALREADY


def test_below_what_is_not_there_a_json_patch_tests_nothing() -> None:
    call = Call(
        id="step-1",
        verb="patch",
        target=Target(kind=SERVICE, name="app", namespace="shop"),
        content_type=ContentType.JSON_PATCH,
        body=[{"op": "replace", "path": "/spec/type", "value": "ClusterIP"}],
        preconditions=(Precondition(pointer="/metadata/annotations/a"), Precondition(pointer="/spec/type", value="x")),
    )
    observed = {"metadata": {"uid": "u", "resourceVersion": "1"}, "spec": {"type": "x"}}
    body: Any = wrap(call, observed, manager="m", timeout=5).body
    assert [each["path"] for each in body] == ["/metadata/uid", "/metadata/resourceVersion", "/spec/type", "/spec/type"]
