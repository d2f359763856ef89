"""The whole bot on real parts: real Bolt and sockets to the workspace emulator, a real API server, a database file.

    async with installed(shop, tmp_path) as bot:
        await bot.command("alice", f"rollout undo deployment/app -n {shop.namespace}")
        card = await bot.card("Roll back")
        await bot.click("bob", card, "approve")

What is asked of the workspace is what people see and press; what is asked of the cluster is its own audit log.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, final

import yaml

from bot.app import Knobs, Running, serving
from bot.commandline.own import OWN
from bot.identity.rbac_manifest import teams_yaml
from bot.operations.registry import Registry, build_registry, installed_families
from bot.settings import Config, Settings, load_settings, parse_config
from playground.workspace.people import TEAM
from playground.workspace.server import Workspace
from tests.controlplane.shop import Shop

PATIENCE: Final = 60.0
CHANNEL: Final = "payments-prod"
Json = dict[str, Any]


def registry() -> Registry:
    return build_registry([*installed_families(), OWN])


def configuration(shop: Shop, *, kubeconfig: str, policy: str = "", **cluster: object) -> Json:
    """Four people as in the issue; `cluster` are further keys of the cluster's entry."""
    people = {
        "U0ALICE": {"user": "alice", "teams": ["developers"], "email": "alice@example.com"},
        "U0BOB": {"user": "bob", "teams": ["developers"], "email": "bob@example.com", "locale": "en"},
        "U0CAROL": {"user": "carol", "teams": ["developers", "sre"], "email": "carol@example.com", "on_call": True},
        "U0DAVE": {"user": "dave", "teams": ["readers"], "email": "dave@example.com"},
    }
    entry = {
        "kubeconfig": kubeconfig,
        "title": "PROD tokyo",
        "environment": "production",
        "namespace": shop.namespace,
        **cluster,
    }
    found: Json = {
        "slack": {"team_id": TEAM},
        "clusters": {"prod": entry},
        "people": people,
        "teams": {"developers": {}, "sre": {}, "readers": {}},
    }
    return found | ({"policy": policy} if policy else {})


async def prepare(shop: Shop, folder: Path, workspace: Workspace, **cluster: object) -> Settings:
    """Roles applied, the configuration written, settings that point at the workspace."""
    document = configuration(shop, kubeconfig="later", **cluster)
    config = parse_config(yaml.safe_dump(document).encode())
    await _roles(shop, config)
    document["clusters"]["prod"]["kubeconfig"] = str(await shop.bot(config, registry()))
    return settings(written(folder, document), workspace)


def written(folder: Path, document: Json) -> Path:
    """The folder, with the configuration in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(document))
    return folder


def settings(folder: Path, workspace: Workspace) -> Settings:
    return load_settings(
        slack_bot_token=workspace.bot_token,
        slack_app_token=workspace.app_token,
        slack_api_url=f"{workspace.address}/api/",
        data=folder,
        config=folder / "config.yaml",
        http_port=0,
    )


async def _roles(shop: Shop, config: Config) -> None:
    await shop.apply(teams_yaml(config, registry(), namespace=shop.namespace))
    await shop.bind("kajitori-changes", group="kajitori:developers")
    await shop.bind("kajitori-reads", group="kajitori:readers")


@final
class Bot:
    """The workspace with the bot in it, from the people's side."""

    def __init__(self, workspace: Workspace, shop: Shop, running: Running | None) -> None:
        self.workspace, self.shop, self.running = workspace, shop, running

    async def command(self, person: str, line: str, channel: str = CHANNEL) -> None:
        outcome = await self.workspace.command(person, channel, f"/eks {line}")
        assert not outcome.error, outcome.error

    async def message(
        self,
        met: Callable[[Json], bool],
        *,
        person: str = "alice",
        channel: str = CHANNEL,
        thread_ts: str | None = None,
    ) -> Json:
        """The newest message that this person sees and that is as wanted, once there is one."""

        def found() -> Json | None:
            seen = self.workspace.messages(channel, person, thread_ts)
            return next((each for each in reversed(seen) if met(each)), None)

        try:
            return await self.workspace.wait_for(found, timeout=PATIENCE)  # type: ignore[return-value]
        except TimeoutError:
            seen = [everything(each) for each in self.workspace.messages(channel, person, thread_ts)]
            raise AssertionError("no such message among\n" + "\n---\n".join(seen)) from None

    async def said(self, words: str, **where: Any) -> Json:
        """The newest message whose text or blocks hold these words."""
        return await self.message(lambda each: words in everything(each), **where)

    async def click(self, person: str, message: Json, action: str, channel: str = CHANNEL) -> None:
        """Press a button, or choose an entry of the overflow menu."""
        button = buttons(message)[action]
        await self.workspace.click(
            person, channel, message["ts"], button["action_id"], value=button.get("chosen"), block_id=None
        )

    async def submit(self, person: str, **values: str) -> None:
        """Send in the modal that is open before this person, once it is."""
        view = await self.workspace.wait_for(lambda: self.workspace.view(person), timeout=PATIENCE)
        assert view is not None
        errors = await self.workspace.submit(person, view["id"], {key: {key: value} for key, value in values.items()})
        assert not errors, errors

    def direct(self, person: str) -> str:
        return self.workspace.direct(person)


def everything(message: Json) -> str:
    """All words of a message, a line each block, as a person reads them."""
    return "\n".join([str(message.get("text", "")), *(_words(block) for block in message.get("blocks", []))])


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_words(each) for each in value)
    if not isinstance(value, dict):
        return ""
    own = value["text"] if isinstance(value.get("text"), str) else ""
    rest = " ".join(_words(each) for key, each in value.items() if key != "confirm" and isinstance(each, dict | list))
    return f"{own}{rest}"


def buttons(message: Json) -> dict[str, Json]:
    """What can be pressed, by action; an overflow's entries by their own action."""
    found: dict[str, Json] = {}
    for block in message.get("blocks", []):
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            if element.get("type") == "button":
                found.setdefault(element["action_id"], element)
            for option in element.get("options", []) if element.get("type") == "overflow" else []:
                action = option["value"].split(":", 1)[0]
                found.setdefault(action, {**element, "chosen": option["value"]})
    return found


@asynccontextmanager
async def installed(shop: Shop, folder: Path, knobs: Knobs | None = None, **cluster: object) -> AsyncIterator[Bot]:
    """Workspace, roles, configuration and the bot, up; the workspace lets nobody wait for rate limits."""
    async with Workspace() as workspace:
        prepared = await prepare(shop, folder, workspace, **cluster)
        async with serving(prepared, knobs or Knobs(settle=0.5, lease_ttl=8.0)) as running:
            yield Bot(workspace, shop, running)
