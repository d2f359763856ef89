"""A name that only a Rollout has is no Deployment's: whoever mistakes them gets the other's command as a button."""

from __future__ import annotations

import pytest

from bot.commandline.grammar import parse
from bot.errors import NotFound
from bot.operations.registry import build_registry
from commands.argo_rollouts import argo_rollouts
from commands.image import image
from commands.rollout import rollout
from tests.argo.rollouts import canary, deployment
from tests.argo.rollouts import world as rollouts
from tests.parity.world import World

REGISTRY = build_registry([argo_rollouts, rollout, image])


async def missing(world: World, line: str) -> NotFound:
    parsed = parse(f"{line} -n shop", REGISTRY)
    assert parsed.operation.run is not None
    with pytest.raises(NotFound) as found:
        await parsed.operation.run(world, parsed.arguments)
    return found.value


def buttons(found: NotFound) -> list[str]:
    return [each.command_line for each in found.choices]


@pytest.mark.parametrize(
    ("line", "button"),
    [
        ("rollout undo deploy/app", "argo rollouts undo app -n shop"),
        ("rollout undo app", "argo rollouts undo app -n shop"),
        ("rollout undo deployment app --to-revision=3", "argo rollouts undo app --to-revision=3 -n shop"),
        ("rollout status deploy/app", "argo rollouts status app -n shop"),
        ("rollout history sts/app --revision=2", "argo rollouts history app --revision=2 -n shop"),
        ("rollout restart deploy/app", "argo rollouts restart app -n shop"),
        ("rollout pause deploy/app", "argo rollouts pause app -n shop"),
        ("rollout resume deploy/app", "argo rollouts resume app -n shop"),
        ("set image deploy/app app=app:v3", "argo rollouts set image app app=app:v3 -n shop"),
    ],
)
async def test_a_rollout_of_that_name_is_told_with_the_same_command(line: str, button: str) -> None:
    found = await missing(rollouts(canary()), line)
    assert str(found.why) == "app is a Rollout: Argo Rollouts rolls it out."
    assert str(found.next) == "Use the commands of argo rollouts for it."
    assert buttons(found) == [button]
    assert parse(button, REGISTRY).operation.name == " ".join(button.split()[: button.split().index("app")])


@pytest.mark.parametrize(
    ("line", "button"),
    [
        ("argo rollouts undo app", "rollout undo deployment/app -n shop"),
        ("argo rollouts undo app --to-revision=3", "rollout undo deployment/app --to-revision=3 -n shop"),
        ("argo rollouts restart app", "rollout restart deployment/app -n shop"),
        ("argo rollouts set image app app=app:v3", "set image deployment/app app=app:v3 -n shop"),
        ("argo rollouts abort app", "rollout status deployment/app -n shop"),
        ("argo rollouts get rollout app", "rollout status deployment/app -n shop"),
    ],
)
async def test_a_deployment_of_that_name_is_told_with_the_same_command_or_else_its_status(
    line: str, button: str
) -> None:
    found = await missing(World(objects=[deployment()]), line)
    assert str(found.why) == "app is a Deployment: Kubernetes itself rolls it out."
    assert buttons(found) == [button]


async def test_where_neither_is_there_nothing_is_offered() -> None:
    assert buttons(await missing(World(objects=[]), "rollout undo deploy/app")) == []


@pytest.mark.parametrize("hidden", ["forbidden", "unknown"])
async def test_who_may_see_no_rollouts_or_has_none_is_told_what_kubectl_says(hidden: str) -> None:
    world = rollouts(canary())
    setattr(world, hidden, frozenset({"Rollout"}))
    found = await missing(world, "rollout undo deploy/app")
    assert str(found.what) == "deployments.apps app not found"
    assert buttons(found) == []


async def test_of_several_names_none_is_guessed() -> None:
    assert buttons(await missing(rollouts(canary(), deployment("web")), "rollout undo deploy/web deploy/app")) == []
