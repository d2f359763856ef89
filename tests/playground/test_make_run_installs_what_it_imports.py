"""`make run` installs `requirements/playground.txt`, so nothing else may be imported on its way, nor in its bot."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.playground.conftest import Open

pytestmark = pytest.mark.long

LOCKS = Path(__file__).parents[2] / "requirements"
REFUSING = """
import importlib.metadata, sys

MISSING = {missing!r}
OWNERS = importlib.metadata.packages_distributions().items()
TOPS = {{top for top, owners in OWNERS if {{each.lower() for each in owners}} <= MISSING}}

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in TOPS:
            raise ModuleNotFoundError(f"{{name}} is not in requirements/playground.txt")

sys.meta_path.insert(0, Refusing())
"""


def locked(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (LOCKS / lock).read_text(), re.MULTILINE))


def test_it_opens_without_what_only_a_real_installation_needs(tmp_path: Path, open_playground: Open) -> None:
    missing = locked("dev.txt") - locked("playground.txt")
    assert {"boto3", "asyncpg", "pytest"} <= missing
    (tmp_path / "sitecustomize.py").write_text(REFUSING.format(missing=missing))
    playground = open_playground(tmp_path / "data", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    playground.until_open()
    assert playground.interrupted() == (0, "")


def test_its_lock_is_a_part_of_that_of_an_installation() -> None:
    def pinned(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9-]+==\S+", (LOCKS / lock).read_text(), re.MULTILINE))

    assert pinned("playground.txt") < pinned("run.txt") < pinned("dev.txt")
