"""One world of a story: a cluster with a namespace in it, the people, a database, a clock; and the bot when it is up.

    async def test_…(world: World) -> None:
        app = await world.shop.deployment("app", images=["app:v1", "app:v2"])
        async with world.bot() as bot:
            …
        assert world.sent() == ["kajitori:alice patch deployments/app"]

The same stories run on the simulated cluster and, marked `cluster`, on the real control plane. When the bot is down
again, its whole audit record is verified: no story may leave one that cannot be proved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, cast

from pydantic import SecretStr

from bot.app import serving
from bot.audit.verification import verify_database
from bot.running import Knobs, Running
from playground.cluster.server import SimulatedCluster
from playground.workspace.server import Workspace
from tests.clocks import RunningClock
from tests.controlplane.shop import AppWorld, Shop
from tests.installation.bot import Bot
from tests.installation.configuration import prepare, workspace, write_policy
from tests.installation.simulated_shop import SimulatedShop

WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
REVIEWS: Final = ("subjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews")
MIRROR: Final = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


@dataclass(kw_only=True)
class World:
    """`address` is the database's; `speed` how many of the bot's seconds pass in one."""

    shop: Shop
    folder: Path
    address: str
    clock: RunningClock
    real: bool = False
    knobs: dict[str, Any] = field(default_factory=dict)
    slack: Workspace = field(default_factory=workspace)
    configured: dict[str, Any] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        return self.shop.namespace

    async def app(self, *images: str, name: str = "app", replicas: int = 2, **more: Any) -> AppWorld:
        """A Deployment that went through these images, the last one rolled out."""
        return await self.shop.deployment(name, images=images or ("app:v1", "app:v2"), replicas=replicas, **more)

    @property
    def cluster(self) -> SimulatedCluster:
        """The simulated cluster, for what only that can be told to do."""
        found: object = self.shop.control_plane
        assert isinstance(found, SimulatedCluster)
        return found

    @asynccontextmanager
    async def bot(
        self, *, verified: bool = True, knobs: Knobs | None = None, http: bool = False, **configured: Any
    ) -> AsyncIterator[Bot]:
        """The bot, up in its workspace. What is `configured` replaces keys of the configuration, as in `prepare`.

        With `http` Slack posts to it, signed, instead of speaking over sockets.
        Entered again it is the next process on the same database, in the same workspace.
        """
        self.configured = {**self.configured, **configured}
        found = await prepare(self.shop, self.folder, self.slack, **self.configured)
        turned = knobs or Knobs()
        update: dict[str, Any] = {"database_url": self.address}
        if http:
            secret = SecretStr(self.slack.signing_secret)
            update |= {"slack_app_token": SecretStr(""), "slack_signing_secret": secret}
        async with serving(found.model_copy(update=update), self.knobbed(turned)) as running:
            self.slack.request_url = f"http://127.0.0.1:{running.port}" if http else None
            yield Bot(self.slack, running)
            if verified:
                report = await verify_database(running.services.database)
                assert report.intact, [str(each) for each in report.findings]
        assert running.failure is None, running.failure

    def knobbed(self, knobs: Knobs) -> Knobs:
        """These knobs with this world's clock and times."""
        return replace(knobs, clock=self.clock, **self.knobs)

    def sent(self) -> list[str]:
        """What `changes` tells of this world's namespace."""
        return changes(self.shop)

    def bodies(self) -> list[Any]:
        """What was in them."""
        entries = self.shop.control_plane.audit_entries(verbs=WRITES, namespace=self.namespace)
        return [each.get("requestObject") for each in entries if _is_change(each)]

    def write_policy(self, text: str) -> None:
        """Somebody changes the policy file."""
        write_policy(self.folder, text)

    async def policy_in_force(self, bot: Bot, before: str) -> None:
        """Returns when another policy than `before` is in force."""
        assert bot.running is not None
        async with asyncio.timeout(30):
            while bot.running.services.policy().version == before:
                self.clock.turn_on(seconds=5)
                await asyncio.sleep(0.05)

    async def take_rights(self, team: str, *, user: str) -> None:
        """The binding of a team goes; returns when the API server knows it of this user."""
        path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{self.namespace}/rolebindings/kajitori-{team}"
        await asyncio.to_thread(self.shop.admin.delete, path)
        if not self.real:
            return
        asked = {"verb": "patch", "group": "apps", "resource": "deployments", "namespace": self.namespace}
        spec = {"user": f"kajitori:{user}", "groups": [f"kajitori:{team}"], "resourceAttributes": asked}
        async with asyncio.timeout(30):
            allowed = True
            while allowed:
                review = await asyncio.to_thread(self.shop.admin.create, MIRROR, {"spec": spec})
                allowed = review["status"]["allowed"]


def changes(shop: Shop) -> list[str]:
    """Every change that the API server was asked for, rehearsals and reviews left out: who, what, which object.

    What was refused ends with its status. The tests' own hand is not in it.
    """
    entries = shop.control_plane.audit_entries(verbs=WRITES, namespace=shop.namespace)
    return [_line(each) for each in entries if _is_change(each)]


def simulated(shop: SimulatedShop) -> Shop:
    """One has the same methods as the other; the first is on the simulated API server."""
    return cast(Shop, shop)


def running_of(bot: Bot) -> Running:
    """The bot in this process. Raises `AssertionError` where it is in another one."""
    assert bot.running is not None
    return bot.running


def _is_change(entry: dict[str, Any]) -> bool:
    rehearsed = "dryRun" in entry["requestURI"] or "dryRun" in (entry.get("requestObject") or {})
    return not rehearsed and entry["objectRef"]["resource"] not in REVIEWS and entry["user"]["username"] != "admin"


def _line(entry: dict[str, Any]) -> str:
    who = (entry.get("impersonatedUser") or entry["user"])["username"]
    reference = entry["objectRef"]
    resource = f"{reference['resource']}/{reference.get('name', '')}"
    if reference.get("subresource"):
        resource += f"/{reference['subresource']}"
    code = entry["responseStatus"].get("code", 200)
    return f"{who} {entry['verb']} {resource}" + (f" {code}" if code >= 300 else "")
