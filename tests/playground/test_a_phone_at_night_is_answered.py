"""What an on-call engineer meets at night is never a dead end, in the rooms and clusters of the playground."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from playground.stage import Stage, staged
from tests.playground.conftest import CHANNEL, words


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "data", speed=30) as opened:
        yield opened


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Label to value of all buttons of a message."""
    rows = (block for block in message["blocks"] if block["type"] == "actions")
    found = (element for row in rows for element in row["elements"] if element["type"] == "button")
    return {each["text"]["text"]: each.get("value", "") for each in found}


async def said(stage: Stage, part: str, person: str, channel: str = CHANNEL) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        messages = stage.workspace.messages(channel, person)
        return next((each for each in reversed(messages) if part in words(each.get("blocks"))), None)

    message = await stage.workspace.wait_for(found, timeout=20)
    assert message is not None
    return message


async def test_reads_and_slips_lead_on(stage: Stage) -> None:
    async def ask(line: str, part: str, person: str = "alice") -> dict[str, Any]:
        await stage.workspace.command(person, CHANNEL, f"/eks {line}")
        return await said(stage, part, person)

    # A roll-out that hangs is followed with the reader's own rights, and its Again means the same place everywhere.
    done = await ask("rollout status deploy/app", "rolled out")
    assert buttons(done)["Again"].endswith("--namespace=shop --context=prod")
    stuck = await ask("rollout status deploy/checkout", "ImagePullBackOff")
    assert "Something in me is broken" not in words(stuck["blocks"])

    # What was pasted together is offered one by one; what lacks a name has a form; what exists is not offered again.
    pasted = await ask("kubectl get pods\nkubectl get deploy", "more than one line")
    assert list(buttons(pasted)) == ["kubectl get pods", "kubectl get deploy"]
    assert buttons(await ask("undo", "required resource"))["form rollout undo"] == "form rollout undo"
    assert buttons(await ask("form", "Which command"))["scale"] == "form scale"
    assert buttons(await ask("rollout undo statefulset/cache", "no last revision")) == {}
    assert list(buttons(await ask("delete deploy app", "has no command"))) == ["help delete"]

    # A cluster's name is a cluster, and refusals call it what people call it.
    assert "STAGING" in words(await ask("use staging", "STAGING"))
    await ask("use prod/shop", "PROD tokyo")
    assert "PROD tokyo" in words(await ask("get deployments -n kube-system", "You may not do this"))


async def test_a_request_typed_alone_and_the_colleague_who_reads_japanese(stage: Stage) -> None:
    direct = stage.workspace.state.channels.direct(stage.workspace.state.people.get("alice")).id
    await stage.workspace.message("alice", direct, "restart worker")
    assert "R-1 waits for approval." in words((await said(stage, "R-1", "alice", direct))["blocks"])
    asked = stage.workspace.state.channels.direct(stage.workspace.state.people.get("bob")).id
    assert "本番" in words((await said(stage, "R-1", "bob", asked))["blocks"])
    card = await said(stage, "R-1", "alice", "platform")
    await stage.workspace.click("alice", "platform", card["ts"], "approve")
    refused = words((await said(stage, "Nobody approves their own request", "alice", "platform"))["blocks"])
    assert "bob" in refused and "carol" in refused and "break the glass" in refused
