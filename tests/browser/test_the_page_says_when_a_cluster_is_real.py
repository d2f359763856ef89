"""With a cluster of one's own nothing on the page says that it is a stand-in, and everything that it is real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.commandline.own import OWN
from bot.operations.registry import build_registry, installed_families
from playground.cluster.server import SimulatedCluster
from playground.stage import Setting, Stage, staged
from playground.town.admission import provide
from tests.browser.chromium import Browser

WIDER = "document.documentElement.scrollWidth > innerWidth"
CONTEXT = "arn:aws:eks:eu-central-1:123456789012:cluster/payments-production"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The playground with a cluster that it did not put up."""
    async with SimulatedCluster() as theirs:
        written = partial(provide, clusters={"prod": theirs}, registry=build_registry([*installed_families(), OWN]))
        setting = Setting(name=theirs.url, context=CONTEXT, provide=written)
        async with staged(tmp_path / "data", setting=setting) as opened:
            yield opened


@pytest.mark.parametrize(
    ("locale", "said", "never"),
    [
        (
            "en-US",
            f"Slack is a stand-in. The cluster is REAL: what is approved here changes {CONTEXT}.",
            ("stand-ins", "Take the tour", "null"),
        ),
        (
            "ja-JP",
            f"Slack は代役ですが、クラスタは本物です。ここで承認すると {CONTEXT} が実際に変わります。",
            ("Slack とクラスタは代役", "ツアーを見る", "null"),
        ),
    ],
)
async def test_on_a_desk_and_on_a_phone(
    stage: Stage, browser: Browser, locale: str, said: str, never: tuple[str, ...]
) -> None:
    stage.workspace.state.people.speak(locale)
    page = await browser.open(f"{stage.address}/?as=alice#C0PAYMENTS")
    for width, place in ((1280, "C0PAYMENTS"), (390, "C0PAYMENTS"), (390, "home"), (390, "")):
        await page.viewport(width, 844, phone=width == 390)
        await page.evaluate(f"void (location.hash = '{place}')")
        await page.until("document.querySelector('.real')?.checkVisibility()")
        assert said in await page.text()
        top, bottom = await page.evaluate(
            "(({top, bottom}) => [top, bottom])(document.querySelector('.real').getBoundingClientRect())"
        )
        assert 0 <= top < bottom < 200, "It is not in sight."
        assert not await page.evaluate(WIDER)
        assert await page.evaluate("document.querySelector('.frame').getBoundingClientRect().bottom <= innerHeight")
        for each in never:
            assert each not in await page.evaluate("document.body.innerHTML")


async def test_the_simulated_one_is_said_to_be_a_stand_in_as_before(browser: Browser, tmp_path: Path) -> None:
    async with staged(tmp_path / "data", speed=10) as stage:
        page = await browser.open(f"{stage.address}/?as=alice#C0PAYMENTS")
        await page.shows("This is a playground: Slack and the cluster are stand-ins.")
        assert await page.evaluate("document.querySelector('.real') === null")
        await page.close()
