"""`bluegreen status`: which colour has the traffic, how ready each is, and the button that switches."""

from __future__ import annotations

import pytest

from bot.errors import Refused
from bot.operations.view import View
from tests.bluegreen.colours import BLUE, GREEN, colour, service, world
from tests.parity.planning import ask
from tests.parity.world import World


async def view(made: World, line: str) -> View:
    found = await ask(made, f"{line} -n shop")
    assert isinstance(found, View)
    return found


async def test_one_service() -> None:
    found = await view(world(green=colour("green", 3, GREEN, ready=2)), "bluegreen status app")
    assert found.table is not None
    assert found.table.rows == (
        ("version=blue", "3", "3/3", "app:blue", "deployment/app-blue"),
        ("version=green", "0", "2/3", "app:green", "deployment/app-green"),
    )
    assert [each.command_line for each in found.actions] == [
        "bluegreen switch service/app --to=green --key=version -n shop"
    ]
    assert str(found.lines[0]) == "3 endpoints get its traffic."


async def test_a_colour_without_an_available_pod_has_no_button() -> None:
    assert (await view(world(green=colour("green", 3, GREEN, ready=0)), "bluegreen status app")).actions == ()


async def test_no_other_colour() -> None:
    found = await view(world(green=[]), "bluegreen status app")
    assert "no other colour is there" in str(found.lines[0])


async def test_all_services_that_have_colours() -> None:
    made = world()
    other = service({"app": "other", "tier": "web"})
    made.objects.append({**other, "metadata": {**other["metadata"], "name": "other"}})
    made.objects += colour("other", 2, {"app": "other", "tier": "web"}) + colour("more", 2, {"app": "x", "tier": "web"})
    found = await view(made, "bluegreen status")
    assert [str(each.line) for each in found.rows] == ["app sends to blue, 3/3 ready; beside it green 3/3"]
    assert found.rows[0].action is not None
    assert found.rows[0].action.command_line == "bluegreen status service/app -n shop"


async def test_none_has() -> None:
    assert "No Service in shop has colours." in str((await view(world(green=[]), "bluegreen status")).lines[0])


async def test_a_selector_of_one_label_has_no_colours() -> None:
    made = world(made=service({"version": "blue"}), blue=colour("blue", 1, BLUE))
    assert "no other colour" in str((await view(made, "bluegreen status app")).lines[0])


async def test_what_is_a_rollouts_is_left_to_it() -> None:
    with pytest.raises(Refused, match="kubectl argo rollouts promote"):
        await view(world(made=service({**BLUE, "rollouts-pod-template-hash": "7"})), "bluegreen status app")
