"""Requests and limits of containers: what is no quantity, what is more than its limit, what a pod is given."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import APPS, CORE, STRATEGIC, deployment, probe


def _with(name: str, **resources: Any) -> dict[str, Any]:
    found = deployment(name)
    found["spec"]["template"]["spec"]["containers"][0]["resources"] = resources
    return found


def _asked(what: str, **resources: Any) -> Any:
    return probe(what, "POST", f"{APPS}/deployments", _with("l", **resources), query={"dryRun": "All"})


def _set(what: str, resources: Any) -> Any:
    """As `kubectl set resources` sends it."""
    containers = [{"name": "app", "resources": resources}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}
    return probe(what, "PATCH", f"{APPS}/deployments/limited", patch, content_type=STRATEGIC)


LIMITS: Final = (
    _asked("more requested than the limit", limits={"cpu": "100m"}, requests={"cpu": "2"}),
    _asked("as much requested as the limit", limits={"cpu": "2"}, requests={"cpu": "2000m"}),
    _asked("requested less than nothing", requests={"cpu": "-1"}),
    _asked("a limit less than nothing", limits={"memory": "-1Mi"}),
    _asked("requested of a resource that is no resource", requests={"speed": "1"}),
    _asked("a limit of a resource of a node's", limits={"example.com/gpu": "1"}),
    _asked("parts of a device", limits={"example.com/gpu": "500m"}, requests={"example.com/gpu": "500m"}),
    _asked(
        "fewer devices requested than the limit", limits={"example.com/gpu": "2"}, requests={"example.com/gpu": "1"}
    ),
    _asked("a device without a limit", requests={"example.com/gpu": "1"}),
    _asked("no quantity", requests={"cpu": "much"}),
    probe("limited", "POST", f"{APPS}/deployments", _with("limited", limits={"cpu": "1"}, requests={"cpu": "500m"})),
    _set("set above the limit", {"requests": {"cpu": "2"}}),
    _set("set below what is requested", {"limits": {"cpu": "100m"}}),
    _set("set both", {"limits": {"cpu": "4"}, "requests": {"cpu": "2"}}),
    probe(
        "a pod above its limit",
        "POST",
        f"{CORE}/pods",
        {
            "metadata": {"name": "above"},
            "spec": {
                "containers": [
                    {"name": "a", "image": "a", "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}}
                ]
            },
        },
        query={"dryRun": "All"},
    ),
)
