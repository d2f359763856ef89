"""One sentence with what to do, exit code 1, no traceback; and nothing in the folder is another than before."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from playground.keeping.folder import FORM, LOCK, WORLD, World
from playground.keeping.whole import DATABASE, KEY
from playground.stage import staged
from playground.workspace.keeping import kept
from playground.workspace.server import Workspace
from tests.playground.conftest import Open, Playground

pytestmark = pytest.mark.long


def contents(folder: Path) -> dict[str, bytes]:
    if folder.is_file():
        return {"": folder.read_bytes()}
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def refused(playground: Playground) -> str:
    code, said = playground.ended()
    assert code == 1, said
    assert "Traceback" not in said
    assert said.startswith("error: ")
    assert "make run" in said or "begin anew" in said, said
    return said


def a_file(path: Path) -> None:
    path.write_text("notes")


def foreign(path: Path) -> None:
    path.mkdir()
    (path / "thesis.txt").write_text("years of work")


def damaged(path: Path) -> None:
    path.mkdir()
    (path / LOCK).touch()
    (path / WORLD).write_bytes(b'{"form":1,"workspace":')


def altered(path: Path) -> None:
    path.mkdir()
    (path / LOCK).touch()
    (path / WORLD).write_bytes(b'{"form":1,"setting":"simulated","workspace":{"messages":7},"clusters":{}}')


def newer(path: Path) -> None:
    path.mkdir()
    (path / LOCK).touch()
    (path / WORLD).write_bytes(msgspec.json.encode({"form": FORM + 1, "town": "of the future"}))


def elsewhere(path: Path) -> None:
    path.mkdir()
    (path / LOCK).touch()
    workspace = kept(Workspace())
    world = World(form=FORM, setting="https://eks.example", workspace=workspace, clusters={})
    (path / WORLD).write_bytes(msgspec.json.encode(world))


def unreadable(path: Path) -> None:
    (path / WORLD).mkdir(parents=True)
    (path / LOCK).touch()


def lost(path: Path) -> None:
    path.mkdir()
    (path / LOCK).touch()
    (path / "kajitori.db").write_bytes(b"what the bot knows")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (a_file, "cannot be used"),
        (foreign, "holds something else"),
        (damaged, "is damaged"),
        (altered, "is damaged"),
        (newer, "made by a newer Kajitori"),
        (elsewhere, "was played with other clusters"),
        (unreadable, "cannot be used"),
        (lost, "has lost its file"),
    ],
)
def test_a_folder_that_is_no_playgrounds(tmp_path: Path, open_playground: Open, prepare: object, said: str) -> None:
    folder = tmp_path / "data"
    assert callable(prepare)
    prepare(folder)
    before = contents(folder)
    assert said in refused(open_playground(folder))
    assert contents(folder) == before


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a playground leaves it."""
    folder = tmp_path_factory.mktemp("played") / "data"

    async def play() -> None:
        async with staged(folder, speed=30):
            pass

    asyncio.run(play())
    return folder


def no_database(path: Path) -> None:
    for each in path.glob(f"{DATABASE}*"):
        each.unlink()


def empty(path: Path) -> None:
    (path / DATABASE).write_bytes(b"")


def halved(path: Path) -> None:
    content = (path / DATABASE).read_bytes()
    (path / DATABASE).write_bytes(content[: len(content) // 2])


def garbage(path: Path) -> None:
    (path / DATABASE).write_bytes(b"what somebody wrote over it" * 999)


def no_key(path: Path) -> None:
    (path / KEY).unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (no_database, ("has lost its file kajitori.db", "would lead nowhere")),
        (empty, ("kajitori.db cannot be read: it is damaged", "It is empty")),
        (halved, ("kajitori.db cannot be read: it is damaged", "SQLite says: database disk image is malformed")),
        (garbage, ("kajitori.db cannot be read: it is damaged", "SQLite says: file is not a database")),
        (no_key, ("has lost its file key", "is sealed with it")),
    ],
)
def test_a_folder_of_which_a_part_is_lost(
    tmp_path: Path, played: Path, open_playground: Open, spoil: Callable[[Path], None], said: tuple[str, ...]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(played, folder)
    spoil(folder)
    before = contents(folder)
    complaint = refused(open_playground(folder))
    for each in (*said, f"Remove the folder {folder}, or name another one: make run DATA="):
        assert each in complaint
    assert contents(folder) == before


def test_a_folder_where_nothing_may_be_made(tmp_path: Path, open_playground: Open) -> None:
    within = tmp_path / "within"
    within.mkdir(mode=0o500)
    folder = Path("/proc/kajitori") if os.geteuid() == 0 else within / "data"
    said = refused(open_playground(folder))
    assert f"The folder {folder} cannot be used" in said
    assert "The system says: " in said
    assert contents(within) == {}


def test_a_port_that_somebody_has(tmp_path: Path, open_playground: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(open_playground(tmp_path / "data", port=port))
    assert f"Port {port} cannot be used" in said
    assert f"make run PORT={port + 1}" in said
    assert set(contents(tmp_path / "data")) <= {LOCK}


def test_a_second_playground_on_the_same_folder(tmp_path: Path, open_playground: Open) -> None:
    first = open_playground(tmp_path / "data")
    first.until_open()
    assert "Another playground uses the folder" in refused(open_playground(tmp_path / "data"))
    assert first.process.poll() is None
    code, _ = first.interrupted()
    assert code == 0
