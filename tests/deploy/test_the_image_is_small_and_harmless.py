"""Rules that the Dockerfile keeps. There is no container engine in the tests; its steps are run in a folder instead.

Left out: that the base image can be pulled.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.deploy.generated import ROOT

TEXT: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED: Final = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def instructions() -> list[tuple[str, str]]:
    """Instruction and argument, continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", TEXT))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def stages() -> list[list[tuple[str, str]]]:
    """Instructions of each stage."""
    found: list[list[tuple[str, str]]] = []
    for each in instructions():
        if each[0] == "FROM":
            found.append([])
        if found:
            found[-1].append(each)
    return found


def of(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [argument for instruction, argument in stage if instruction == name]


def test_the_base_is_one_exact_slim_python_that_the_project_supports() -> None:
    version = next(argument for name, argument in instructions() if name == "ARG").removeprefix("PYTHON=")
    exact = re.fullmatch(r"(\d+)\.(\d+)\.\d+-slim-[a-z]+", version)
    assert exact is not None
    assert (int(exact[1]), int(exact[2])) >= (3, 11)
    assert {argument.split()[0] for name, argument in instructions() if name == "FROM"} == {"python:${PYTHON}"}


def test_nothing_is_fetched_but_packages_with_their_hashes() -> None:
    assert not [argument for name, argument in instructions() if name == "ADD"]
    installs = [part for argument in of(stages()[0], "RUN") for part in argument.split("&&") if "pip install" in part]
    assert installs
    for each in installs:
        assert "--require-hashes" in each or ("--no-index" in each and "--no-deps" in each), each
        assert "--no-build-isolation" in each or "--require-hashes" in each
    for word in ("curl", "wget", "apt-get", "git clone", "--index-url", "--extra-index-url", "--trusted-host"):
        assert word not in TEXT
    assert re.findall(r"https?://[^\s'\"]+", TEXT) == ["http://127.0.0.1:3000/healthz"]


def test_the_last_stage_has_the_installed_program_and_no_sources() -> None:
    last = stages()[-1]
    assert of(last, "COPY") == ["--from=build /opt/kajitori /opt/kajitori"]
    assert not [each for each in of(last, "RUN") if "pip" in each]


def test_it_runs_as_a_number_that_is_not_root() -> None:
    last = stages()[-1]
    assert of(last, "USER") == ["65532:65532"]
    names = [name for name, _ in last]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name in ("COPY", "RUN"))


def test_only_the_data_folder_is_for_writing() -> None:
    last = stages()[-1]
    assert of(last, "VOLUME") == ["/data"]
    environment = " ".join(of(last, "ENV"))
    for setting in ("HOME=/data", "KAJITORI_DATA=/data", "PYTHONDONTWRITEBYTECODE=1"):
        assert setting in environment


def test_no_secret_is_in_it() -> None:
    assert not re.search(r"(?i)(token|secret|password|KAJITORI_KEY)\s*=", TEXT)
    assert not [argument for name, argument in instructions() if name == "ARG" and not argument.startswith("PYTHON=")]


def test_signals_reach_the_bot_itself() -> None:
    last = stages()[-1]
    assert of(last, "ENTRYPOINT") == ['["kajitori"]']
    assert of(last, "CMD") == ['["run"]']
    assert of(last, "STOPSIGNAL") == ["SIGTERM"]


def test_what_is_copied_is_let_through_and_nothing_else() -> None:
    assert IGNORED[1] == "*"
    let_through = {line.removeprefix("!").rstrip("/") for line in IGNORED if line.startswith("!")}
    sources = {each.rstrip("/") for argument in of(stages()[0], "COPY") for each in argument.split()[:-1]}
    assert sources == let_through
    assert all((ROOT / each).exists() for each in sources)


def test_the_manifest_runs_the_image_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"image: kajitori:{version}\n" in (ROOT / "deploy/kubernetes/kajitori.yaml").read_text()


@pytest.mark.cluster
def test_the_steps_of_the_build_give_a_working_program(tmp_path: Path) -> None:
    """With an empty environment beside the sources, so nothing of this checkout helps. Takes a minute of pip."""
    for each in sorted({each.rstrip("/") for argument in of(stages()[0], "COPY") for each in argument.split()[:-1]}):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, tmp_path / each, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / each, tmp_path / each)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    for argument in of(stages()[0], "RUN"):
        for part in argument.replace("/opt/kajitori", str(tmp_path / "venv")).split("&&"):
            if "-m venv" not in part:
                subprocess.run(part.split(), check=True, cwd=tmp_path)
    program = tmp_path / "venv/bin/kajitori"
    shown = subprocess.run([program, "--help"], check=True, capture_output=True, text=True, cwd="/", env={"HOME": "/"})
    assert "manifest" in shown.stdout
    assert "cannot be loaded" not in shown.stdout
