"""Plans on the real API server and controllers: rehearsed, sent once in their envelope, followed to their end; and the
way back that was digested with each is, after defaults, admission and controllers had their say, the one planned later.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import SystemClock
from bot.commandline.grammar import parse
from bot.execution.calls import Sending, Sent, send_call
from bot.execution.waits import follow_wait
from bot.operations.plan import Call, Nothing, Plan, Wait
from bot.operations.progress import Progress
from bot.operations.registry import build_registry, installed_families
from bot.operations.ways_back import back_matches
from bot.requests.clusters import Acting
from bot.requests.planning import pinned_arguments, plan_change
from bot.settings import OwnConfig
from tests.cluster.conftest import Connect
from tests.controlplane.shop import Shop

pytestmark = pytest.mark.cluster

REGISTRY = build_registry(installed_families())
CLOCK = SystemClock()


class Unstored:
    """A ledger that stores nothing: what is stored is tested elsewhere."""

    async def intend(self, call: Call, *, audit_id: str, version: str, deadline: float) -> None: ...

    def guard(self) -> None: ...


async def admin(shop: Shop, connect: Connect) -> Acting:
    client = await connect(shop.control_plane.kubeconfig)
    return Acting(
        cluster=client.cluster,
        who=None,
        person="Admin",
        name="real",
        title="real",
        clock=CLOCK,
        bot=None,
        own=OwnConfig(),
    )


async def planned(acting: Acting, shop: Shop, line: str) -> Plan:
    parsed = parse(line if " -n " in line else f"{line} -n {shop.namespace}", REGISTRY)
    made = await plan_change(acting, parsed.operation, parsed.arguments, timeout=5)
    assert not isinstance(made, Nothing), str(made.message)
    assert all(each.warnings == () for each in made.rehearsals)
    return made.plan


async def carried_out(acting: Acting, plan: Plan, *, request: int) -> list[Progress]:
    """Every step in its order; the last progress of each wait."""

    async def report(progress: Progress) -> None: ...

    ends: list[Progress] = []
    for step in plan.steps:
        if isinstance(step, Wait):
            ends.append(await follow_wait(acting.client, step, clock=CLOCK, started=CLOCK.now(), report=report))
            continue
        sending = Sending(request=request, audit_id=f"test.{request}.{step.id}.1", timeout=5)
        outcome = await send_call(acting.client, step, sending, Unstored())
        assert outcome.sent is Sent.DONE, str(outcome.reason)
    return ends


LINES = [
    "rollout undo deploy/app",
    "set image deploy/app app=app:v3",
    "scale deploy/app --replicas=4",
    "scale deploy/app --replicas=0",
    "rollout pause deploy/app",
]


@pytest.mark.parametrize("line", LINES)
async def test_there_and_back(shop: Shop, connect: Connect, line: str) -> None:
    await shop.deployment("app", images=["app:v1", "app:v2"], replicas=2)
    acting = await admin(shop, connect)
    plan = await planned(acting, shop, line)
    ends = await carried_out(acting, plan, request=1)
    assert all(each.done and each.ready == each.total for each in ends)
    operation = parse(line, REGISTRY).operation
    assert isinstance(await plan_change(acting, operation, pinned_arguments(operation, plan), timeout=5), Nothing)
    assert plan.back is not None
    back = await planned(acting, shop, plan.back.command_line)
    assert back_matches(plan.back, back.calls)
    ends = await carried_out(acting, back, request=2)
    assert all(each.done for each in ends)


async def test_back_from_a_version_that_cannot_be_pulled(shop: Shop, connect: Connect) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=3)
    await world.merge({"metadata": {"annotations": {"example.com/lock": "alice"}}})
    await world.set_image("app:broken-1")
    await world.waiting("ImagePullBackOff")
    await world.until(lambda found: found["status"].get("updatedReplicas") == 1)
    acting = await admin(shop, connect)
    status = parse(f"rollout status deploy/app --watch=false -n {shop.namespace}", REGISTRY)
    assert status.operation.run is not None
    view: Any = await status.operation.run(acting.reader(), status.arguments)
    assert "ImagePullBackOff: image app:broken-1" in " ".join(map(str, view.lines))
    plan = await planned(acting, shop, "rollout undo app")
    assert (str(plan.before), str(plan.after), plan.recovery) == ("broken-1", "v1", True)
    (end,) = await carried_out(acting, plan, request=1)
    assert (end.done, end.ready, end.total) == (True, 3, 3)
    assert (await world.get())["metadata"]["annotations"]["example.com/lock"] == "alice"
    assert await world.image() == "app:v1"


async def test_a_pod_is_deleted_and_a_restart_replaces_all(shop: Shop, connect: Connect) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=2)
    acting = await admin(shop, connect)
    names = {str(each["metadata"]["name"]) for each in await world.pods()}
    plan = await planned(acting, shop, f"delete pod {min(names)}")
    assert [each.done for each in await carried_out(acting, plan, request=1)] == [True]
    await world.rolled_out()
    plan = await planned(acting, shop, "rollout restart app")
    assert [each.done for each in await carried_out(acting, plan, request=2)] == [True]
    assert not names & {str(each["metadata"]["name"]) for each in await world.pods()}


def _late(found: Any) -> bool:
    return any(each.get("reason") == "ProgressDeadlineExceeded" for each in found["status"].get("conditions", []))


async def test_back_from_a_version_that_was_given_up(shop: Shop, connect: Connect) -> None:
    world = await shop.deployment("app", images=["app:v1"], replicas=2)
    await world.merge({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}, "progressDeadlineSeconds": 3}})
    await world.set_image("app:broken-1")
    await world.until(_late)
    acting = await admin(shop, connect)
    plan = await planned(acting, shop, "rollout undo app")
    (end,) = await carried_out(acting, plan, request=1)
    assert (end.done, end.failed, end.ready) == (True, None, 2)


WORKLOADS = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  replicas: 2
  serviceName: db
  selector: {{matchLabels: {{app: db}}}}
  template:
    metadata: {{labels: {{app: db}}}}
    spec: {{containers: [{{name: app, image: "{image}"}}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec: {{containers: [{{name: app, image: "{image}"}}]}}
"""


@pytest.mark.parametrize(("path", "target"), [("statefulsets/db", "sts/db"), ("daemonsets/agent", "ds/agent")])
async def test_there_and_back_of_other_workloads(shop: Shop, connect: Connect, path: str, target: str) -> None:
    await shop.apply(WORKLOADS.format(image="app:v1"))
    at = f"/apis/apps/v1/namespaces/{shop.namespace}/{path}"
    acting = await admin(shop, connect)
    await shop.until(at, lambda found: bool(found["status"].get("updatedReplicas", found["status"].get("numberReady"))))
    await carried_out(acting, await planned(acting, shop, f"set image {target} app=app:v2"), request=1)
    plan = await planned(acting, shop, f"rollout undo {target}")
    assert (str(plan.before), str(plan.after)) == ("v2", "v1")
    assert [each.done for each in await carried_out(acting, plan, request=2)] == [True]
    assert plan.back is not None
    back = await planned(acting, shop, plan.back.command_line)
    assert back_matches(plan.back, back.calls)
    assert [each.done for each in await carried_out(acting, back, request=3)] == [True]
