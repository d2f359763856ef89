"""Arguments and headers of analyses are named values: those that look secret are hidden, as variables are."""

from __future__ import annotations

from typing import Any

from bot.commandline.grammar import parse
from bot.operations.registry import build_registry, installed_families
from bot.operations.view import View
from tests.argo.rollouts import ask, progressing, world
from tests.argo.test_a_canary_has_an_end import run
from tests.parity.world import World

EVERYTHING = build_registry(installed_families())
SECRET = "hunter2"


def template() -> dict[str, Any]:
    headers = [{"key": "Authorization", "value": f"Bearer {SECRET}"}, {"key": "Accept", "value": "text/plain"}]
    url = f"https://prometheus:{SECRET}@metrics.example/query"
    return {
        "kind": "AnalysisTemplate",
        "metadata": {"name": "errors", "namespace": "shop"},
        "spec": {
            "args": [{"name": "service", "value": "search"}, {"name": "api-token", "value": SECRET}],
            "metrics": [{"name": "web", "provider": {"web": {"url": url, "headers": headers}}}],
        },
    }


async def shown(line: str) -> str:
    parsed = parse(f"{line} -n shop", EVERYTHING)
    assert parsed.operation.run is not None
    view = await parsed.operation.run(World(objects=[template()]), parsed.arguments)
    assert isinstance(view, View)
    return view.output + (view.file.content.decode() if view.file is not None else "")


async def test_arguments_headers_and_addresses_keep_what_is_harmless() -> None:
    for line in ("get analysistemplate errors -o yaml", "get at errors -o json", "describe analysistemplate errors"):
        told = await shown(line)
        assert SECRET not in told
        for harmless in ("service", "search", "text/plain", "api-token", "metrics.example", "(hidden, 7 characters)"):
            assert harmless in told


async def test_what_a_metric_source_answered_is_told_without_its_credentials() -> None:
    failing = run("Error", "", error=1, count=0)
    failing["kind"] = "AnalysisRun"
    failing["metadata"]["namespace"] = "shop"
    measured = failing["status"]["metricResults"][0]["measurements"][0]
    measured["message"] = f'Get "https://prometheus:{SECRET}@metrics.example": refused'
    view = await ask(world(progressing(index=2), failing), "argo rollouts get rollout app")
    assert isinstance(view, View)
    (line,) = map(str, view.lines)
    assert SECRET not in line
    assert "metrics.example" in line
