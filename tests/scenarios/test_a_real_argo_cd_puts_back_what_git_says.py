"""A Deployment that a real Argo CD keeps, and a roll-back that git does not know of.

Without pausing its sync Argo CD puts it back within a second; with that it stays, until somebody resumes it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.controlplane.repositories import Repository
from tests.installation.bot import buttons, everything
from tests.scenarios.kept import HEALING, Kept, object_of
from tests.scenarios.lines import DONE, PATCHED, UNDO, VOTED

pytestmark = pytest.mark.cluster


async def test_what_it_puts_back_is_not_done_and_the_card_says_who_did_it(kept: Kept) -> None:
    world = kept.world
    await kept.begin()
    await kept.brings("app:v2.4.1")
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1, f"Argo CD (application/{kept.name}) puts this back within seconds")
        await bot.approve("bob", card)
        await bot.ended(1, "❌", f"Argo CD (application/{kept.name}) put it back to v2.4.1")
        assert (await bot.life(1))[-1] == "request.failed"
        await kept.brought()
        await bot.command("alice", "gitops status deploy/app")
        shown = everything(await bot.said(f"application/{kept.name}: Synced"))
        assert "it puts back what is changed by hand" in shown
        assert "These differ from git" not in shown
    assert await kept.app.image() == "app:v2.4.1"
    assert world.sent() == [PATCHED]
    assert kept.sent() == []


async def test_a_number_of_pods_that_git_says_is_put_back_too(kept: Kept) -> None:
    world = kept.world
    await kept.begin()
    await kept.brought()
    async with world.bot() as bot:
        await bot.command("alice", "scale deploy/app --replicas=3")
        card = await bot.card(1, "unless you add --pause-sync.")
        await bot.approve("bob", card)
        await bot.ended(1, "❌", f"Argo CD (application/{kept.name}) set it back to 2")
        await kept.brought()
    assert world.sent() == ["kajitori:alice patch deployments/app/scale"]
    assert kept.sent() == []


async def test_paused_first_it_stays_until_it_is_resumed_which_brings_back_what_git_says(kept: Kept) -> None:
    world = kept.world
    await kept.begin()
    await kept.brings("app:v2.4.1")
    paused = f"kajitori:alice patch applications/{kept.name}"
    async with world.bot() as bot:
        await bot.command("alice", f"{UNDO} --pause-sync")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅", f"git still says v2.4.1; the sync of application/{kept.name} stays paused.")
        assert await bot.life(1) == DONE
        assert await kept.policy() == {}
        await kept.until(lambda found: found["status"]["sync"]["status"] == "OutOfSync")
        assert await kept.app.image() == "app:v2.4.0"
        assert (kept.sent(), world.sent()) == ([paused], [PATCHED])
        await bot.command("alice", "gitops status deploy/app")
        shown = everything(await bot.said(f"application/{kept.name}: OutOfSync"))
        assert "it does nothing by itself" in shown
        assert "These differ from git" in shown

        await bot.click("alice", card, "run")
        resuming = await bot.card(2, "It puts back what git says of deployment/app.")
        assert await kept.app.image() == "app:v2.4.0"
        await bot.approve("bob", resuming)
        await bot.ended(2, "✅", "what runs is what git says at")
        assert await bot.life(2) == DONE
        assert await kept.policy() == HEALING
        await kept.brought()
    assert kept.sent() == [paused, paused]
    assert world.sent() == [PATCHED]


async def test_an_application_set_that_puts_the_sync_back_stops_it_before_anything_else_is_changed(kept: Kept) -> None:
    world = kept.world
    template = {"metadata": {"name": "{{name}}"}, "spec": kept.spec(HEALING)}
    generators = [{"list": {"elements": [{"name": kept.name}]}}]
    await world.shop.apply([object_of("ApplicationSet", "all", {"generators": generators, "template": template})])
    await kept.brings("app:v2.4.1")
    async with world.bot() as bot:
        await bot.command("alice", f"{UNDO} --pause-sync")
        card = await bot.card(1, f"applicationset/all makes application/{kept.name} and may put its sync back")
        await bot.approve("bob", card)
        card = await bot.ended(1, "⚠️", "applicationset/all has put its sync back: pause that one first")
        assert "The rest:" in everything(card)
        assert await bot.life(1) == [*VOTED, "request.partly_done"]
    assert await kept.policy() == HEALING
    assert await kept.app.image() == "app:v2.4.1"
    assert world.sent() == []


async def test_an_application_of_applications_that_puts_the_sync_back_is_named(kept: Kept, tmp_path: Path) -> None:
    world = kept.world
    apps = Repository(tmp_path / "apps")
    apps.commit("app", [object_of("Application", kept.name, kept.spec(HEALING))])
    root = kept.spec(HEALING)
    root["source"]["repoURL"] = apps.address
    await world.shop.apply([object_of("Application", "root", root)])
    await kept.brings("app:v2.4.1")
    async with world.bot() as bot:
        await bot.command("alice", f"gitops pause application/{kept.name}")
        card = await bot.card(1, f"application/root makes application/{kept.name} and may put its sync back")
        await bot.approve("bob", card)
        await bot.ended(1, "❌", "application/root has put its sync back: pause that one first")
    assert await kept.policy() == HEALING
    assert world.sent() == []


async def test_what_does_not_heal_is_left_as_it_is_when_it_is_resumed(kept: Kept) -> None:
    """It brings each commit once."""
    world = kept.world
    await kept.begin({"automated": {}})
    revision = await kept.brings("app:v2.4.1")
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.approve("bob", await bot.card(1, f"(application/{kept.name}) puts this back at its next sync"))
        await bot.ended(1, "✅")
        await kept.until(lambda found: found["status"]["sync"]["status"] == "OutOfSync")
        await bot.command("alice", f"gitops status application/{kept.name}")
        shown = await bot.said(f"application/{kept.name}: OutOfSync")
        assert f"Git is at {revision[:12]}" in everything(shown)
        await bot.command("alice", f"gitops pause application/{kept.name}")
        await bot.approve("bob", await bot.card(2))
        done = await bot.ended(2, "✅")
        assert "back" in buttons(done)
        await bot.command("alice", f"gitops resume application/{kept.name}")
        await bot.approve("bob", await bot.card(3, "It leaves deployment/app as it is until git changes"))
        await bot.ended(3, "✅")
        await kept.commit("app:v2.4.2")
        await kept.brought()
    assert await kept.app.image() == "app:v2.4.2"
