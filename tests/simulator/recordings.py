"""What kubectl was recorded to send, replayed on the simulated cluster: `tests/parity/golden`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from tests.controlplane.api import Api

GOLDEN: Final = Path(__file__).parents[1] / "parity" / "golden"
Object = dict[str, Any]
VOLATILE: Final = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "managedFields", "generateName", "selfLink", "hash"}
)
STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HASHED: Final = re.compile(r"\b(app|agent|db)-[a-z0-9]{8,10}\b")
HASHES: Final = frozenset({"pod-template-hash", "controller-revision-hash"})


def load(name: str) -> Object:
    found: Object = json.loads((GOLDEN / f"{name}.json").read_text())
    return found


def replay(api: Api, request: Object) -> int:
    """Send one recorded request; a version in its body is that of the object now, for ids differ from run to run."""
    query, body = dict(request["query"]), request["body"]
    if query.get("watch"):
        query["timeoutSeconds"] = "0"
    if isinstance(body, dict) and (body.get("metadata") or {}).get("resourceVersion"):
        version = api.get(request["path"])["metadata"]["resourceVersion"]
        body = {**body, "metadata": {**body["metadata"], "resourceVersion": version}}
    content = request["content_type"] or "application/json"
    if "protobuf" in content:
        content = "application/json"
    if query.get("fieldSelector"):
        query["fieldSelector"] = re.sub(r",involvedObject\.uid=[^,]*", "", query["fieldSelector"])
    return api.ask(request["method"], request["path"], body, query=query, content_type=content).status


def shape(found: Any, key: str = "") -> Any:
    """Without ids, times and hashes; conditions in the order of their types."""
    if isinstance(found, dict):
        return {
            name: "(hash)" if name in HASHES else shape(each, name)
            for name, each in sorted(found.items())
            if name not in VOLATILE
        }
    if isinstance(found, list):
        shaped = [shape(each) for each in found]
        return sorted(shaped, key=lambda each: str(each["type"])) if key == "conditions" else shaped
    return HASHED.sub(r"\1-(hash)", STAMP.sub("(time)", found)) if isinstance(found, str) else found


def shapes(objects: list[Object]) -> list[Any]:
    """Workloads and their history as a set: pods come and go, and are compared by the counts of their owners."""
    kept = [each for each in objects if each["kind"] not in ("Pod", "Event")]
    return sorted((shape(each) for each in kept), key=lambda each: json.dumps(each, sort_keys=True))
