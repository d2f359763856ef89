"""A canary of Argo Rollouts in a story's world, from the inside."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

from tests.installation.world import World

Json = dict[str, Any]
STEPS: Final[list[Json]] = [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}]
CANARY: Final[Json] = {"canary": {"maxSurge": 1, "maxUnavailable": 0, "steps": STEPS}}
BLUE_GREEN: Final[Json] = {
    "blueGreen": {
        "activeService": "active",
        "previewService": "preview",
        "autoPromotionEnabled": False,
        "scaleDownDelaySeconds": 30,
    }
}


@dataclass(frozen=True, kw_only=True)
class Canary:
    """One Rollout named `app-rollout`; it is a canary unless its strategy says otherwise."""

    world: World
    strategy: Json = field(default_factory=lambda: CANARY)

    @property
    def path(self) -> str:
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self.world.namespace}/rollouts/app-rollout"

    async def get(self) -> Json:
        return await self.until(lambda _: True)

    async def until(self, met: Any) -> Json:
        """The Rollout as soon as it is as wanted. Raises `TimeoutError`."""
        return await self.world.shop.until(self.path, met)

    async def image(self) -> str:
        return str((await self.get())["spec"]["template"]["spec"]["containers"][0]["image"])

    async def weight(self) -> tuple[int, int]:
        """New pods, and all of them."""
        status = (await self.get())["status"]
        return status.get("updatedReplicas", 0), status["replicas"]

    async def pause(self) -> None:
        """Somebody else pauses it by hand."""
        await asyncio.to_thread(self.world.shop.admin.merge, self.path, {"spec": {"paused": True}})

    async def end_pause(self) -> None:
        """Somebody else promotes it by one step. On the simulated cluster only."""
        self.world.cluster.admin.merge(self.path, {"status": {"pauseConditions": None}}, status=True)

    async def set_image(self, image: str) -> None:
        """Somebody else's change; returns at once."""
        await self.world.shop.apply([rollout_of("app-rollout", image, self.strategy)])


async def canary(world: World, *images: str) -> Canary:
    """One that went through these images: the first is stable, and the last one waits at its first pause."""
    found = Canary(world=world)
    first, *later = images or ("app:v1", "app:v2")
    await found.set_image(first)
    await found.until(is_healthy)
    for image in later:
        await found.set_image(image)
        await found.until(holds_at(1))
    return found


async def analysed(world: World, template: str) -> Canary:
    """A healthy one whose next update is measured by this AnalysisTemplate at 20 %."""
    analysis = {"analysis": {"templates": [{"templateName": template}]}}
    strategy = {"canary": {**CANARY["canary"], "steps": [{"setWeight": 20}, analysis, {"pause": {}}]}}
    found = Canary(world=world, strategy=strategy)
    await found.set_image("app:v1")
    await found.until(is_healthy)
    return found


def write_that_the_wait_is_over(world: World) -> None:
    """As the row is after a `kill -9` before the next group began, or as somebody who owns the database writes it."""
    with closing(sqlite3.connect(world.address.removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE steps SET state = 'done', ended_at = sent_at WHERE step_id = 'step-2'")


def is_healthy(found: Json) -> bool:
    status = found.get("status", {})
    return bool(status.get("phase") == "Healthy" and status.get("observedGeneration") == _generation(found))


def holds_at(index: int) -> Any:
    """Whether it waits at the pause of this step."""

    def holds(found: Json) -> bool:
        status = found.get("status", {})
        seen = status.get("observedGeneration") == _generation(found)
        return bool(seen and status.get("pauseConditions") and status.get("currentStepIndex") == index)

    return holds


def _generation(found: Json) -> str:
    return str(found["metadata"]["generation"])


def canary_of(name: str, image: str) -> Json:
    """A canary of five pods that waits at 20 % and at 60 %."""
    return rollout_of(name, image, CANARY)


def rollout_of(name: str, image: str, strategy: Json) -> Json:
    """A Rollout of five pods."""
    labels = {"app": name}
    container = {"name": "app", "image": image}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": 5,
            "selector": {"matchLabels": labels},
            "strategy": strategy,
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
            },
        },
    }


def analysis_run(name: str) -> Json:
    """An analysis that measures every half minute and finds nobody there."""
    metric = {
        "name": "web",
        "interval": "30s",
        "count": 100,
        "consecutiveErrorLimit": 1000,
        "successCondition": "result == 1",
        "provider": {"web": {"url": "http://127.0.0.1:1/x", "jsonPath": "{$.v}", "timeoutSeconds": 1}},
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AnalysisRun",
        "metadata": {"name": name},
        "spec": {"metrics": [metric]},
    }


async def blue_green(world: World) -> Canary:
    """A blue/green Rollout whose second version is ready and waits for the switch."""
    await world.shop.apply([_service("active"), _service("preview")])
    found = Canary(world=world, strategy=BLUE_GREEN)
    await found.set_image("app:v1")
    await found.until(is_healthy)
    await found.set_image("app:v2")
    await found.until(lambda it: bool(it["status"].get("pauseConditions")))
    return found


async def active(world: World) -> str:
    """The version that the active Service selects."""
    path = f"/api/v1/namespaces/{world.namespace}/services/active"
    service = await world.shop.until(path, lambda _: True)
    return str(service["spec"]["selector"]["rollouts-pod-template-hash"])


def _service(name: str) -> Json:
    spec = {"selector": {"app": "app-rollout"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
