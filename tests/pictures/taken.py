"""The pictures of the README, taken in the playground with a real Chromium. `make pictures` takes them anew.

Nothing in them is drawn by hand: a person asks, another one approves, and what both see meanwhile is kept. Times and
names of pods differ from one run to the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import yaml

from playground.stage import Stage, staged
from tests.browser.chromium import Browser, Page, chromium, connected
from tests.pictures.png import unfiltered
from tests.playground.conftest import approve, seen

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs" / "pictures"
LARGEST: Final = 150_000
"""Bytes of a picture: a README should open at once, also on a train."""

CHANNEL: Final = "C0PAYMENTS"
ASKS: Final = "alice"
COMMAND: Final = "/eks rollout undo deploy/app"
FAST, SLOWLY = 30.0, 0.15
"""The pace of the cluster until what was before is gone, and while a roll-out is looked at."""

PATIENCE: Final = 25.0
ON_ITS_WAY: Final = "/\\b[2-9]\\/10/.test(document.querySelector('.channel .log').innerText)"
ALL_SENT: Final = "document.querySelector('[data-step=outbox]') && !document.querySelector('[data-step=outbox] .tag')"
NOWHERE: Final = {"x": 560, "y": 200}
BOTH_SETS: Final = "document.querySelectorAll('.workload:first-child .strip').length === 2"
PODS: Final = "document.querySelectorAll('.workload:first-child .pod').length"


class Language(msgspec.Struct, frozen=True):
    """Who looks and who approves, so that both pages speak this language; its words for what is pressed."""

    code: str
    looks: str
    approves: str
    glass: str
    cluster: str


LANGUAGES: Final = (
    Language("en", looks="alice", approves="carol", glass="Behind the glass", cluster="Cluster now"),
    Language("ja", looks="bob", approves="bob", glass="舞台裏", cluster="現在のクラスタ"),
)
NAMES: Final = tuple(f"{what}-{language.code}.png" for language in LANGUAGES for what in ("plan", "rolling", "phone"))


async def take(folder: Path) -> None:
    """Write all of them into this folder."""
    with TemporaryDirectory() as profile, chromium(Path(profile)) as address:
        for language in LANGUAGES:
            async with connected(address) as browser, _playground(language) as stage:
                await _take(browser, stage, language, folder)


async def _take(browser: Browser, stage: Stage, language: Language, folder: Path) -> None:
    page = await browser.open(f"{stage.address}/?as={language.looks}#{CHANNEL}", width=1280, height=800)
    phone = await browser.open(f"{stage.address}/?as={language.approves}", width=390, height=780, phone=True)
    for each in (page, phone):
        await each.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    await page.press("button", language.glass)
    await stage.workspace.command(ASKS, CHANNEL, COMMAND)
    card = await seen(stage, "v2.4.0-hotfix", ASKS)
    await phone.until("document.querySelectorAll('.toast.push').length === 2", seconds=PATIENCE)
    await phone.evaluate("document.querySelector('.sidebar a[href^=\"#D\"]').click()")
    await phone.until("document.querySelector('.channel [data-action]')", seconds=PATIENCE)
    await _keep(phone, folder / f"phone-{language.code}.png")
    await page.until(ALL_SENT, seconds=PATIENCE)
    await _keep(page, folder / f"plan-{language.code}.png", pushes=False)
    await page.press("tab", language.cluster)
    await page.until(f"{PODS} === 10", seconds=PATIENCE)
    stage.clusters["prod"].pace.speed = SLOWLY
    await approve(stage, card, language.approves)
    await page.until(f"{ON_ITS_WAY} && {BOTH_SETS}", seconds=PATIENCE)
    await _keep(page, folder / f"rolling-{language.code}.png", pushes=False)


async def _keep(page: Page, path: Path, *, pushes: bool = True) -> None:
    """Raises ValueError for a picture that is too large."""
    await page.evaluate("document.activeElement.blur()")
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", **NOWHERE)
    if not pushes:
        await page.evaluate("document.querySelectorAll('.toast').forEach((each) => each.remove())")
    await page.screenshot(path)
    path.write_bytes(unfiltered(path.read_bytes()))
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{path.name} has {size} bytes, and {LARGEST} are the most")


@asynccontextmanager
async def _playground(language: Language) -> AsyncIterator[Stage]:
    """What a channel sees is in the channel's language, and that stands in the bot's configuration."""
    with TemporaryDirectory() as data:
        async with staged(Path(data) / "data", speed=FAST, keep=False) as stage:
            configuration = stage.data / "config.yaml"
            written = yaml.safe_load(configuration.read_text())
            written["channels"][CHANNEL]["locale"] = language.code
            configuration.write_text(yaml.safe_dump(written, sort_keys=False))
            await stage.bot.stop()
            await stage.bot.start()
            yield stage


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take(FOLDER))
