"""The tour's page: every file that it names is there, it keeps to itself, and both languages say all of it."""

from __future__ import annotations

import re

import aiohttp

from playground.tour.routes import BROWSER
from playground.workspace.pages import Pages
from playground.workspace.server import Workspace

NAMED = re.compile(r"""(?:href|src|from) ?=? ?"(/[a-z_/]+\.(?:css|js|svg))\"""")
WORD = re.compile(r"^  (\w+):", re.MULTILINE)


async def test_every_file_that_it_names_is_there() -> None:
    workspace = Workspace()
    workspace.routes = Pages(BROWSER, at="/tour").routes()
    async with workspace, aiohttp.ClientSession() as session:
        async with session.get(f"{workspace.address}/tour") as answer:
            page = await answer.text()
            assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        wanted = set(NAMED.findall(page))
        for module in BROWSER.glob("*.js"):
            assert f"/tour/{module.name}" in wanted
            wanted |= set(NAMED.findall(module.read_text()))
        assert "/tour/main.js" in wanted
        for path in sorted(wanted):
            async with session.get(workspace.address + path) as answer:
                assert answer.status == 200, path
        for path in ("/tour/nothing.js", "/tour/../routes.py", "/tour/index.html"):
            async with session.get(workspace.address + path) as answer:
                assert answer.status == 404, path


def test_both_languages_say_all_of_it() -> None:
    english, japanese = (BROWSER / "words.js").read_text().split("const JA = {")
    assert sorted(WORD.findall(english)) == sorted(WORD.findall(japanese.split("};")[0]))
    used = {key for each in BROWSER.glob("*.js") for key in re.findall(r'say\("(\w+)"', each.read_text())}
    assert used <= set(WORD.findall(english))
