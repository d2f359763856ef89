"""Set image and set resources: what is refused before anything is sent, what is nothing to do, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KajitoriError, NotUnderstood, Refused
from bot.operations.images import read_pairs
from bot.operations.plan import Plan
from bot.operations.quantities import amount, canonical_quantity
from bot.operations.templates import split_image
from bot.operations.ways_back import back_matches
from commands.image import read_resources
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World, recorded

STAR = recorded("kubectl-set-image-star")
RESOURCES = recorded("kubectl-set-resources")


def star() -> tuple[World, Any]:
    """A Deployment with the containers app and sidecar and the init container init."""
    world = STAR.world()
    return world, world.objects[0]


def line(*pairs: str) -> str:
    return f"set image deployment/app {' '.join(pairs)} -n {STAR.namespace}"


async def test_only_the_changed_container_is_sent_and_all_are_guarded() -> None:
    world, live = star()
    (call,) = (await plan(world, line("sidecar=registry.local/side:v2"))).calls
    body: Any = call.body
    spec = body["spec"]["template"]["spec"]
    assert spec["containers"] == [{"name": "sidecar", "image": "registry.local/side:v2"}]
    assert spec["$setElementOrder/containers"] == [{"name": "app"}, {"name": "sidecar"}]
    assert "initContainers" not in spec
    guarded = {each.pointer.removeprefix("/spec/template/spec/"): each.value for each in call.preconditions}
    assert guarded == {
        "containers/0/name": "app",
        "containers/1/name": "sidecar",
        "containers/2/name": None,
        "containers/1/image": live["spec"]["template"]["spec"]["containers"][1]["image"],
    }


async def test_an_unknown_container_refuses_the_whole() -> None:
    world, _ = star()
    with pytest.raises(Refused, match="unable to find container named web") as refused:
        await ask(world, line("app=registry.local/app:v2", "web=registry.local/web:v2"))
    assert "app, sidecar, init" in str(refused.value.next)


async def test_an_init_container_can_be_named() -> None:
    world, _ = star()
    (call,) = (await plan(world, line("init=registry.local/init:v2"))).calls
    body: Any = call.body
    assert body["spec"]["template"]["spec"]["initContainers"] == [{"name": "init", "image": "registry.local/init:v2"}]


async def test_the_same_image_is_nothing_to_do() -> None:
    world, live = star()
    now = live["spec"]["template"]["spec"]["containers"][0]["image"]
    assert str((await nothing(world, line(f"app={now}"))).message) == "deployment/app has this image already."


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ((), "at least one image update is required"),
        (("*=a:1", "app=b:1"), "all containers are already specified by *"),
        (("app=a:1", "app=b:1"), "app is given two images"),
        (("app=",), "no container with an image"),
        (("app=a b",), "no container with an image"),
        (("app=https://evil",), None),
        (("=a:1",), "no container with an image"),
        (("app=$(id)",), "no container with an image"),
    ],
)
def test_pairs_are_read_as_kubectl_reads_them(pairs: tuple[str, ...], reason: str | None) -> None:
    if reason is None:
        assert read_pairs(pairs)
        return
    with pytest.raises(NotUnderstood) as refused:
        read_pairs(pairs)
    assert reason in str(refused.value)


async def test_the_way_back_of_an_image() -> None:
    for pairs in (("app=registry.local/app:v9",), ("*=registry.local/all:v9",)):
        world, _ = star()
        made = await plan(world, line(*pairs))
        world.send(made.calls)
        assert made.back is not None
        back = await plan(world, made.back.command_line)
        assert back_matches(made.back, back.calls)
        world.send(back.calls)
        assert world.objects == star()[0].objects


async def test_planning_again_with_what_is_pinned_gives_the_same_plan() -> None:
    world, _ = star()
    made = await plan(world, line("app=registry.local/app:v9"))
    second = await again(world, REGISTRY["set image"], made)
    assert isinstance(second, Plan)
    assert digest_of(second, "x") == digest_of(made, "x")


async def test_the_card_says_tags_and_warns_of_latest() -> None:
    world, live = star()
    live["spec"]["template"]["spec"]["containers"][0]["image"] = "r.local:5000/app:v1"
    made = await plan(world, line("app=r.local:5000/app:v2"))
    assert (str(made.before), str(made.after), said(made)) == ("v1", "v2", "")
    made = await plan(world, line("app=r.local:5000/other"))
    assert (str(made.before), str(made.after)) == ("r.local:5000/app:v1", "r.local:5000/other")
    assert "r.local:5000/other can mean another image tomorrow." in said(made)


@pytest.mark.parametrize(
    ("image", "pullable"),
    [
        ("app:v2", True),
        ("Reg-1.local:5000/team/the_app__x.y-z:V2.4_1-rc", True),
        (f"app:v2@sha256:{'0' * 64}", True),
        ("https://registry.local/app:v2", False),
        ("registry.local/App:v2", False),
        ("app:v2@sha256:abc", False),
        ("app:", False),
    ],
)
async def test_a_name_that_no_node_can_pull_is_warned_of(image: str, pullable: bool) -> None:
    world, _ = star()
    made = await plan(world, line(f"app={image}"))
    assert ("is no image name to a node" in said(made)) is not pullable


async def test_a_paused_deployment_changes_and_is_not_waited_for() -> None:
    world, live = star()
    live["spec"]["paused"] = True
    made = await plan(world, line("app=registry.local/app:v9"))
    assert len(made.steps) == 1
    assert "is paused, no pod changes" in said(made)


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("app", ("app", "latest")),
        ("app:v2", ("app", "v2")),
        ("r.local:5000/app", ("r.local:5000/app", "latest")),
        ("r.local:5000/app:v2", ("r.local:5000/app", "v2")),
        ("r.local/app:v2@sha256:ab", ("r.local/app", "sha256:ab")),
        ("r.local:5000/app@sha256:ab", ("r.local:5000/app", "sha256:ab")),
    ],
)
def test_an_image_is_a_repository_and_a_version(image: str, parts: tuple[str, str]) -> None:
    assert split_image(image) == parts


def resources(*flags: str) -> str:
    return f"set resources deployment/app {' '.join(flags)} -n {RESOURCES.namespace}"


async def test_resources_of_one_container_leave_the_others() -> None:
    world = RESOURCES.world()
    made = await plan(world, resources("-c", "app", "--limits=cpu=0.5,memory=256Mi"))
    body: Any = made.calls[0].body
    limits = {"cpu": "500m", "memory": "256Mi"}
    assert body["spec"]["template"]["spec"]["containers"] == [{"name": "app", "resources": {"limits": limits}}]
    assert str(made.after) == "limits cpu 500m, limits memory 256Mi"
    assert made.back is None
    world.send(made.calls)
    await nothing(world, resources("-c", "app", "--limits=cpu=500m,memory=0.25Gi"))


async def test_the_way_back_of_resources_where_there_is_one() -> None:
    world = RESOURCES.world()
    world.send((await plan(world, resources("-c", "app", "--limits=cpu=1", "--requests=cpu=100m"))).calls)
    made = await plan(world, resources("-c", "app", "--limits=cpu=2"))
    assert made.back is not None
    assert "--limits=cpu=1" in made.back.command_line
    world.send(made.calls)
    assert back_matches(made.back, (await plan(world, made.back.command_line)).calls)


async def test_different_values_before_have_no_one_way_back() -> None:
    world = RESOURCES.world()
    for name, cpu in (("app", "1"), ("sidecar", "2")):
        world.send((await plan(world, resources("-c", name, f"--limits=cpu={cpu}"))).calls)
    assert (await plan(world, resources("--limits=cpu=2"))).back is None


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ((), "you must specify an update to requests or limits"),
        (("--limits=cpu",), "no resource with a quantity"),
        (("--limits=cpu=lots",), "lots is no quantity"),
        (("--limits=cpu=1", "-c", "web"), "unable to find container named web"),
    ],
)
async def test_refusals_of_resources(flags: tuple[str, ...], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        await ask(RESOURCES.world(), resources(*flags))


def test_extended_resources_have_a_pointer_of_their_own() -> None:
    assert read_resources(("nvidia.com/gpu=1",)) == {"nvidia.com/gpu": "1"}


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("0.5", "500m"),
        ("500m", "500m"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("0.25Gi", "256Mi"),
        ("1536Mi", "1536Mi"),
        ("128974848", "128974848"),
        ("2000", "2k"),
        ("1e3", "1e3"),
        ("0", "0"),
        ("0Mi", "0"),
        ("512Ki", "512Ki"),
        ("1.5Gi", "1536Mi"),
        ("100u", "100u"),
    ],
)
def test_quantities_are_written_as_the_api_server_writes_them(written: str, canonical: str) -> None:
    assert canonical_quantity(written) == canonical
    assert canonical_quantity(canonical) == canonical
    assert amount(canonical) == amount(written)


@given(st.text(max_size=12))
def test_no_quantity_crashes(written: str) -> None:
    try:
        canonical = canonical_quantity(written)
    except KajitoriError:
        return
    assert canonical_quantity(canonical) == canonical
