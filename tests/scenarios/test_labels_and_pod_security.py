"""Labels and Pod Security levels: seen, changed by two people, and taken back as they were."""

from __future__ import annotations

from typing import Final

from tests.installation.bot import Bot, everything
from tests.installation.world import World

ENFORCE: Final = "pod-security.kubernetes.io/enforce"


async def labels_of(world: World) -> dict[str, str]:
    found = await world.shop.until(f"/api/v1/namespaces/{world.namespace}", lambda _: True)
    return dict(found["metadata"]["labels"])


async def back(bot: Bot, number: int) -> None:
    """alice takes her change back, without a vote."""
    await bot.click("alice", await bot.card(number, "✅"), "back")
    await bot.submit("alice")
    await bot.ended(number + 1, "✅")


async def test_a_label_is_added_and_taken_back(world: World) -> None:
    app = await world.app("app:v1")
    before = (await app.get())["metadata"]["labels"]
    async with world.bot() as bot:
        await bot.command("alice", "kubectl label deployment/app tier=web")
        await bot.approve("bob", await bot.card(1, "tier=web"))
        await bot.ended(1, "✅")
        assert (await app.get())["metadata"]["labels"] == {**before, "tier": "web"}
        await back(bot, 1)
        assert (await app.get())["metadata"]["labels"] == before
    assert world.sent() == ["kajitori:alice patch deployments/app"] * 2


async def test_what_somebody_changed_since_asks_for_a_vote(world: World) -> None:
    app = await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "annotate deploy/app note='held back for the audit'")
        await bot.approve("bob", await bot.card(1))
        card = await bot.ended(1, "✅")
        await app.merge({"metadata": {"annotations": {"note": "carol: do not touch"}}})
        await bot.click("alice", card, "back")
        await bot.submit("alice")
        await bot.card(2, "needs 1", "carol: do not touch")
        assert (await app.get())["metadata"]["annotations"]["note"] == "carol: do not touch"


async def test_a_key_that_a_controller_owns_is_refused(world: World) -> None:
    await world.app("app:v1")
    async with world.bot() as bot:
        await bot.command("alice", "annotate deploy/app deployment.kubernetes.io/revision=1 --overwrite")
        await bot.refused("alice", "deployment.kubernetes.io/revision", "not changed from a chat")
        await bot.command("alice", "label secret/db tier=web")
        await bot.refused("alice", "secret")
    assert world.sent() == []


async def test_a_secret_in_an_annotation_or_label_is_refused_before_it_is_stored(world: World) -> None:
    await world.app("app:v1")
    async with world.bot() as bot:
        for line in ("annotate deploy/app smtp-auth=hunter2hunter2", "label deploy/app db_pw=hunter2hunter2"):
            await bot.command("alice", line)
            await bot.refused("alice", "rotate")
        assert bot.cards() == []
    stored = b"".join(each.read_bytes() for each in world.folder.parent.glob("kajitori.db*"))
    assert b"hunter2hunter2" not in stored
    assert world.sent() == []


async def test_a_label_that_a_network_policy_lets_in_is_refused_and_others_are_warned_of(world: World) -> None:
    app = await world.app("app:v1")
    peers = [{"podSelector": {"matchLabels": {"may-read": "yes"}}}]
    spec = {"podSelector": {"matchLabels": {"role": "db"}}, "ingress": [{"from": peers}]}
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    await world.shop.apply([{**kind, "metadata": {"name": "wall"}, "spec": spec}])
    pod = (await app.pods())[0]["metadata"]["name"]
    async with world.bot() as bot:
        await bot.command("alice", f"label pod/{pod} may-read=yes")
        await bot.refused("alice", "networkpolicy/wall", "selects pods by", "may-read")
        await bot.command("alice", f"label pod/{pod} seen=yes")
        await bot.card(1, "I did not see the network policies of other namespaces")
    assert world.sent() == []


async def test_a_level_is_tried_set_and_taken_back(world: World) -> None:
    await world.app("app:v1")
    before, name = await labels_of(world), world.namespace
    async with world.bot() as bot:
        await bot.command("alice", f"podsecurity check {name} --level=restricted")
        seen = await bot.said("would be refused", "app-", "allowPrivilegeEscalation != false")
        assert "2 pods" in everything(seen)
        assert await labels_of(world) == before
        await bot.command("alice", f"kubectl label namespace {name} {ENFORCE}=restricted --overwrite")
        card = await bot.card(1, "needs 2", "would not be taken in again: 2", "existing pods in namespace")
        await bot.approve("bob", card)
        await bot.approve("carol", await bot.card(1, "needs 1"))
        await bot.ended(1, "✅")
        assert await labels_of(world) == {**before, ENFORCE: "restricted"}
        await bot.command("dave", "podsecurity")
        await bot.said("ENFORCE", name, "restricted", "You may not list namespaces", person="dave")
        await bot.command("dave", f"podsecurity check {name} --level=baseline")
        await bot.refused("dave", "patch", "namespaces")
        await back(bot, 1)
        assert await labels_of(world) == before
    assert world.sent() == [f"kajitori:alice patch namespaces/{name}"] * 2


async def test_the_own_namespace_of_the_bot_is_left_alone(world: World) -> None:
    await world.app("app:v1")
    rule = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "patch", "create"]}]
    await world.shop.allow_everywhere(rule, user="kajitori:alice")
    async with world.bot() as bot:
        await bot.command("alice", "label namespace kajitori team=a")
        await bot.refused("alice", "belongs to Kajitori itself")
        await bot.command("alice", "podsecurity set kajitori --enforce=privileged")
        await bot.refused("alice", "belongs to Kajitori itself")
    assert world.sent() == []


async def test_a_rule_about_a_namespace_is_about_the_namespace_itself_too(world: World) -> None:
    name = world.namespace
    rule = f"{{name: shut, match: {{namespaces: [{name}]}}, decision: {{refuse: closed for the audit}}}}"
    async with world.bot(policy=f"rules: [{rule}]\n") as bot:
        await bot.command("alice", f"label namespace {name} team=payments")
        await bot.refused("alice", "closed for the audit")
        await bot.command("alice", f"podsecurity set {name} --warn=baseline -n default")
        await bot.refused("alice", "closed for the audit")
    assert world.sent() == []
