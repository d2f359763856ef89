"""One question to an API server and its answer, without what differs from run to run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tests.controlplane.api import Api

NS: Final = "probe"
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER: Final = re.compile(r"(object meta: |in record \()\d+")
STAMP: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
VOLATILE: Final = frozenset(
    {"uid", "resourceVersion", "creationTimestamp", "time", "selfLink", "clusterIP", "clusterIPs"}
)
MOUNTED: Final = re.compile(r"kube-api-access-[a-z0-9]{5}")
CONTROLLERS: Final = frozenset({"kube-controller-manager"})


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One request. `$uid` and `$version` in a body or query stand for those of the object at `of`.

    `account`: the service account of the namespace by whose token it is asked.
    """

    name: str
    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    user: str = ""
    groups: tuple[str, ...] = ()
    of: str = ""
    token: str = ""
    account: str = ""


def ask(api: Api, probe: Probe) -> Any:
    body, query = probe.body, dict(probe.query)
    if probe.of:
        metadata = api.get(probe.of)["metadata"]
        written = json.dumps([body, query])
        for word in ("uid", "resourceVersion"):
            written = written.replace(f"${word}", metadata[word])
        body, query = json.loads(written)
    asking = api
    if probe.token:
        asking = replace(api, token=probe.token)
    if probe.account:
        tokens = f"/api/v1/namespaces/{NS}/serviceaccounts/{probe.account}/token"
        issued = api.create(tokens, {"spec": {"expirationSeconds": 3600}})
        asking = replace(api, token=issued["status"]["token"])
    headers = [("Impersonate-User", probe.user)] if probe.user else []
    headers += [("Impersonate-Group", each) for each in probe.groups]
    if headers:
        asking = replace(asking, headers=tuple(headers))
    answer = asking.ask(probe.method, probe.path, body, query=query, content_type=probe.content_type)
    warnings = answer.headers.get("Warning", "")
    try:
        content = json.loads(answer.text)
    except json.JSONDecodeError:
        content = answer.text
    return {"status": answer.status, "body": masked(content), **({"warnings": warnings} if warnings else {})}


def masked(value: Any, key: str = "") -> Any:
    """Without what differs from run to run, and without what controllers may or may not have written yet."""
    if isinstance(value, dict):
        if value.get("kind") in ("Deployment", "Namespace") and "spec" in value:
            value = {name: each for name, each in value.items() if name != "status"}
        return {name: masked(each, name) for name, each in value.items()}
    if key == "managedFields":
        kept = [each for each in value if each.get("manager") not in CONTROLLERS]
        return sorted((masked(each) for each in kept), key=lambda each: (each["manager"], each.get("subresource", "")))
    if key in ("resourceRules", "nonResourceRules"):
        value = sorted(value, key=str)
    if isinstance(value, list) and key not in VOLATILE:
        return [masked(each) for each in value]
    if key in VOLATILE and value is not None:
        return f"({key})"
    if isinstance(value, str):
        return STAMP.sub("(time)", NUMBER.sub(r"\1(version)", UUID.sub("(uid)", MOUNTED.sub("kube-api-access", value))))
    return value
