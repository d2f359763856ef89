"""Whatever comes in is answered with one clear sentence; what somebody tried is recorded; nothing is half done.

Held elsewhere, each by a test of its own (folders below `tests/`):

    unknown verb or flag, its correction            commandline/test_slips_are_offered_corrected, …foreign_flags…
    bounds: negative, huge, enormous numbers        commandline/test_values_are_held_to_their_bounds
    look-alike letters, control characters, NUL     commandline/test_letters_that_look_alike…, …cannot_be_seen_or_split…
    40,000 characters, any text                     attacks/test_floods_are_bounded, delivery/test_a_delivery_is_stored…
    other people's ids, weak roles at each button   attacks/test_every_button_refuses_weak_roles
    a forged signature, an old timestamp            slack/ (`test_a_forgery_is_refused_told_and_not_heard`)
    a replayed delivery                             store/ (`test_a_delivery_that_comes_again_is_known`), and below
    a database that is read-only, full or gone      store/test_…_fails, scenarios/test_the_database_fails_and_…
    401 403 409 410 429 500, cut, slow, garbage     kubernetes/test_each_answer…, test_a_bad_cluster…, and below
    a configuration with an unknown key             settings/test_the_configuration_file_is_refused_with_its_line
"""

from __future__ import annotations

import pytest

from tests.databases import PostgreSQL
from tests.installation.bot import CHANNEL, Bot, buttons, everything
from tests.installation.world import World
from tests.scenarios.lines import ASKED, PATCHED, UNDO, VOTED

LINES = {
    "frobnicate deploy/app": "frobnicate",
    "rollout undo": "undo",
    "rollout undo deploy/nosuch": "nosuch",
    "rollout undo deploy/app --frob": "--frob",
    "rollout undo deploy/app --to-revision=99": "99",
    "rollout undo deploy/app --to-revision=-1": "-1",
    "scale deploy/app --replicas=-1": "greater than or equal to 0",
    "scale deploy/app --replicas=99999999999999999999": "replicas",
    "scale deploy/app": "replicas",
    "set image deploy/app nosuch=app:v3": "nosuch",
    "rollout undo deploy/аpp": "U+0430 CYRILLIC SMALL LETTER A is not an ASCII one",
    "rollout undo deploy/app\u0007": "Character 24 is U+0007, which cannot be seen",
    "rollout undo 'deploy/app": "The quote ' at character 14 is not closed",
    "get secrets": "Secrets are not shown in a chat",
    "rollout undo deploy/app --as=root": "--as",
    "rollout undo deploy/app -n kube-system": "kube-system",
    "rollout undo deploy/app --context=nosuch": "nosuch",
    "x " * 20_000: "This is 39,999 characters long; a command may have 4,000",
}


async def test_each_line_that_cannot_be_done_is_answered_and_recorded_and_nothing_is_sent(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        for line, words in LINES.items():
            before = await answers(bot)
            await bot.command("alice", line)
            said = await answer_after(bot, before)
            assert words in said, (line[:80], said)
            assert len(said) < 3_000, line[:80]
        kept = await bot.tries()
        numbered = [number for number in range(1, 20) if await bot.life(number)]
        assert len(kept) + len(numbered) == len(LINES)
        for number in numbered:
            assert await bot.life(number) == ["refused.command alice", "request.rejected"]
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_typed_secret_is_not_run_and_not_stored(world: World) -> None:
    await world.app()
    secret = "ghp_" + "0123456789abcdefghijklmnop"
    async with world.bot() as bot:
        await bot.command("alice", f"{UNDO} --reason={secret}")
        await bot.refused("alice", "Slack still has it", "rotate")
        assert await bot.refusals() == ["secret.typed alice"]
    stored = b"".join(each.read_bytes() for each in world.folder.parent.glob("kajitori.db*"))
    assert secret.encode() not in stored
    assert world.sent() == []


async def test_a_name_that_is_two_things_is_asked_back_with_buttons(world: World) -> None:
    await world.app()
    body = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "app"},
        "spec": {
            "serviceName": "app",
            "replicas": 0,
            "selector": {"matchLabels": {"set": "app"}},
            "template": {
                "metadata": {"labels": {"set": "app"}},
                "spec": {"containers": [{"name": "app", "image": "app:v1"}]},
            },
        },
    }
    await world.shop.apply([body])
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo app")
        offered = await bot.refused("alice", "app")
        values = [each.get("value", "") for each in _pressable(offered)]
        assert any("deployment/app" in each for each in values)
        assert any("statefulset/app" in each for each in values)
        await bot.workspace.click(
            "alice",
            CHANNEL,
            offered["ts"],
            next(each for each in _pressable(offered) if "deployment" in each["value"])["action_id"],
        )
        await bot.card(1)
    assert world.sent() == []


async def test_a_replayed_delivery_is_done_once(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        await bot.workspace.replay(bot.workspace.deliveries[0])
        await bot.approve("bob", card)
        for delivery in list(bot.workspace.deliveries):
            await bot.workspace.replay(delivery)
        await bot.ended(1, "✅")
        assert await bot.life(2) == []
        assert (await bot.life(1))[:4] == VOTED
    assert world.sent() == [PATCHED]


async def test_a_button_that_we_never_made_does_nothing(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        mark = buttons(card)["approve"]["value"]
        await bot.workspace.click("bob", CHANNEL, card["ts"], "grant_all", value=mark, forged=True)
        await bot.refused("bob", "means nothing to me")
        assert await bot.refusals() == ["refused.click bob"]
    assert world.sent() == []


async def test_a_click_on_a_copy_or_on_an_old_card_does_nothing(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        mark = buttons(card)["approve"]["value"]
        copy = await bot.workspace.message("alice", CHANNEL, "a copy of the card")
        for ts, value, why in (
            (copy["ts"], mark, "not my message"),
            (card["ts"], "2.1.waiting", "R-2"),
            (card["ts"], "1.7.waiting", "changed under your finger"),
            (card["ts"], "1.1.approved", "changed under your finger"),
            (card["ts"], "nonsense", "means nothing to me"),
        ):
            await bot.workspace.click("bob", CHANNEL, ts, "approve", value=value, forged=True)
            await bot.refused("bob", why)
        assert await bot.life(1) == ASKED
        assert await bot.refusals() == ["refused.click bob"] * 5
    assert world.sent() == []


AGAIN = "Try again in a minute; if it stays so, ask whoever runs PROD tokyo."
TOLD = {
    401: ("PROD tokyo does not accept the bot's credentials.", "renew its access to PROD tokyo."),
    403: ("You may not do this with deployments.apps/shop/app in PROD tokyo.", "ask its owner for the right"),
    409: ("deployments.apps/shop/app changed on PROD tokyo meanwhile.", "Look at it again, then ask again."),
    410: ("PROD tokyo no longer knows the state that was asked for.", "Read it again from the start."),
    429: ("PROD tokyo asks to wait before deployments.apps/shop/app.", "Try again in a moment."),
    500: ("PROD tokyo cannot answer for deployments.apps/shop/app now (500).", AGAIN),
}
"""What happened and what to do next, by the answer of the API server."""


@pytest.mark.parametrize("status", TOLD)
async def test_a_cluster_that_refuses_is_told_and_asks_nobody(simulated_world: World, status: int) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        world.cluster.faults.answer(status, times=100, path="/deployments/app")
        await bot.command("alice", UNDO)
        what, then = TOLD[status]
        await bot.refused("alice", f"🚫 {what}", f"It says: the simulated cluster was told to answer {status}", then)
        tried = [*await bot.life(1), *await bot.refusals()]
        assert tried == ["refused.command alice", *(["request.rejected"] if status == 403 else [])]
        world.cluster.faults.clear()
        assert bot.cards() == []
        await bot.command("alice", "get deploy")
        await bot.said("app", "2/2")
    assert world.sent() == []


async def test_a_cluster_that_is_down_is_told_and_served_again_when_it_is_back(simulated_world: World) -> None:
    world = simulated_world
    await world.app()
    async with world.bot() as bot:
        async with world.cluster.down():
            await bot.command("alice", UNDO)
            await bot.refused("alice", "🚫 PROD tokyo does not answer.", "No connection could be made.", AGAIN)
            assert await bot.refusals() == ["refused.command alice"]
            assert bot.cards() == []
        await bot.command("alice", UNDO)
        await bot.card(1)
    assert world.sent() == []


async def test_a_cluster_that_is_slow_is_told_and_asks_nobody(replicas_world: World) -> None:
    world = replicas_world
    await world.app()
    async with world.bot() as bot:
        with world.cluster.faults.freeze():
            await bot.command("alice", UNDO)
            await bot.refused("alice", "🚫 PROD tokyo does not answer.", "There was no answer within 10 s.", AGAIN)
            assert await bot.refusals() == ["refused.command alice"]
            assert bot.cards() == []
        await bot.command("alice", UNDO)
        await bot.card(1)
    assert world.sent() == []


async def test_a_line_that_cannot_be_done_is_answered_and_recorded_on_postgresql(replicas_world: World) -> None:
    world = replicas_world
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", "rollout undo deploy/app --to-revision=99")
        await bot.refused(
            "alice", "🚫 unable to find specified revision 99 in history", "rollout history deployment/app"
        )
        assert await bot.refusals() == ["refused.command alice"]
        assert bot.cards() == []
    assert world.sent() == []


async def test_a_press_on_what_has_ended_is_told_recorded_and_does_nothing(world: World) -> None:
    await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        card = await bot.card(1)
        old = buttons(card)["approve"]["value"]
        await bot.click("alice", card, "cancel")
        await bot.ended(1, "⏹️")
        ended = [*ASKED, "request.cancelled alice"]
        now = "Its card says how it stands and what can be done."
        moved = "changed under your finger, so nothing was done.", "Look at the card again; its buttons are up to date."
        presses = [
            ("bob", "approve", old, *moved),
            ("bob", "reject", old, *moved),
            ("alice", "cancel", old, *moved),
            ("bob", "approve", "1.1.cancelled", "R-1 is not waiting for votes.", now),
            ("bob", "reject", "1.1.cancelled", "R-1 is not waiting for votes.", now),
            ("alice", "cancel", "1.1.cancelled", "R-1 cannot be cancelled any more.", now),
        ]
        for person, action, mark, what, then in presses:
            before = await answers(bot, person)
            await bot.workspace.click(person, CHANNEL, card["ts"], action, value=mark, forged=True)
            said = await answer_after(bot, before, person)
            assert what in said, (action, mark, said)
            assert then in said, (action, mark, said)
        assert await bot.refusals() == [f"refused.click {person}" for person, *_ in presses]
        assert await bot.life(1) == ended
    assert world.sent() == []


async def test_a_cluster_that_hangs_in_the_middle_of_a_change_is_waited_for(simulated_world: World) -> None:
    world = simulated_world
    app = await world.app()
    async with world.bot() as bot:
        await bot.command("alice", UNDO)
        await bot.click("bob", await bot.card(1), "approve")
        await bot.modal("bob")
        world.cluster.faults.answer(500, times=2, verb="patch", path="/deployments/app")
        await bot.submit("bob")
        await bot.ended(1, "✅")
        assert await app.image() == "app:v1"
    assert [each for each in world.sent() if not each.endswith(" 500")] == [PATCHED]


async def test_a_database_that_takes_no_writes_is_told_at_once_and_nothing_is_done(
    replicas_world: World, postgresql: PostgreSQL
) -> None:
    world = replicas_world
    await world.app()
    name = world.address.split("@/")[1].split("?")[0]
    async with world.bot() as bot:
        await _alter(postgresql, name, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            outcome = await bot.workspace.command("alice", CHANNEL, f"/eks {UNDO}")
            said = str(outcome.payload) + "".join(map(everything, bot.workspace.messages(CHANNEL, "alice")))
            assert "othing was done" in said, said
        finally:
            await _alter(postgresql, name, f"ALTER DATABASE {name} RESET default_transaction_read_only")
        while not bot.cards():  # each connection that was cut is noticed by whoever uses it next, and told
            before = await answers(bot)
            await bot.command("alice", UNDO)
            await answer_after(bot, before)
        await bot.card(1)
    assert world.sent() == []


async def answers(bot: Bot, person: str = "alice") -> int:
    return len([each for each in bot.workspace.messages(CHANNEL, person) if each.get("bot_id")])


async def answer_after(bot: Bot, before: int, person: str = "alice") -> str:
    """The next thing that this person is told."""

    def newest() -> str | None:
        seen = [each for each in bot.workspace.messages(CHANNEL, person) if each.get("bot_id")]
        return everything(seen[-1]) if len(seen) > before else None

    return str(await bot.workspace.wait_for(newest, timeout=20))


def _pressable(message: dict[str, object]) -> list[dict[str, str]]:
    found = []
    for block in message["blocks"]:  # type: ignore[attr-defined]
        found += [each for each in block.get("elements", []) if each.get("type") == "button"]
    return found


async def _alter(server: PostgreSQL, name: str, statement: str) -> None:
    """What a database administrator does; connections that were open before are ended."""
    await server.run(statement)
    await server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
