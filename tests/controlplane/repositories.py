"""A git repository of a test, which Argo CD reads by its path."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final, final

import yaml

from tests.controlplane.api import Object

SETTINGS: Final = ("user.name=Tests", "user.email=tests@example.com", "commit.gpgsign=false", "gc.auto=0")
NOBODYS: Final = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@final
class Repository:
    """One branch, `main`; `address` is what an Application names as its `repoURL`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.address = f"file://{directory}"
        directory.mkdir()
        self._git("init", "--quiet", "--initial-branch=main")

    def commit(self, path: str, objects: Iterable[Object]) -> str:
        """Objects in one file, and no others in its directory; returns the new revision."""
        folder = self._directory / path
        folder.mkdir(exist_ok=True)
        (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects))
        self._git("add", "--all")
        self._git("commit", "--quiet", f"--message={path}")
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *words: str) -> str:
        settings = [word for each in SETTINGS for word in ("-c", each)]
        command = ["git", "-C", str(self._directory), *settings, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=NOBODYS).stdout
