"""`make run`: what is typed reaches the playground as it is; what cannot be is said before anything is installed."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from tests.deploy.generated import ROOT
from tests.deploy.test_one_command_on_a_new_machine import commands


def opened(*typed: str) -> tuple[str, list[str]]:
    """What would be installed, and the arguments of the playground."""
    lines = commands("run", *typed)
    (installed,) = (word for line in lines for word in line.split() if word.endswith(".stamp") and "touch" in line)
    _, _, arguments = lines[-1].partition("kajitori playground")
    return installed.removeprefix(".venv/"), shlex.split(arguments)


@pytest.mark.parametrize(
    ("typed", "installed", "arguments"),
    [
        ((), "playground.stamp", []),
        (("PORT=8731",), "playground.stamp", ["--port", "8731"]),
        (("DATA=my folder",), "playground.stamp", ["--data", "my folder"]),
        (("DATA=it's; echo gone",), "playground.stamp", ["--data", "it's; echo gone"]),
        (("KUBECONFIG=~/my kube/config",), "run.stamp", ["--kubeconfig", "~/my kube/config"]),
        (("KUBECONFIG=c", "NAMESPACE=shop"), "run.stamp", ["--kubeconfig", "c", "--namespace", "shop"]),
        (("KUBECONFIG=c", "APPLY=yes"), "run.stamp", ["--kubeconfig", "c", "--apply"]),
        (("KUBECONFIG=c", "REMOVE=yes"), "run.stamp", ["--kubeconfig", "c", "--remove"]),
        (("CLUSTER=real",), "run.stamp", ["--real"]),
    ],
)
def test_what_is_typed_reaches_the_playground(
    monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], installed: str, arguments: list[str]
) -> None:
    for name in ("PORT", "DATA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("KUBECONFIG", "NAMESPACE", "CLUSTER"):
        monkeypatch.setenv(name, "of-the-environment")
    assert opened(*typed) == (installed, arguments)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("CLUSTER=foo", "CLUSTER=foo is unknown: CLUSTER=real is the control plane of `make test-cluster`"),
        ("CLUSTER=", "CLUSTER= is unknown"),
        ("PORT=abc", "PORT=abc is no port: take a number from 1 to 65535"),
        ("PORT=70000", "PORT=70000 is no port"),
        ("PORT=87 31", "PORT=87 31 is no port"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_before_anything_is_installed(typed: str, said: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    ended = subprocess.run(
        ["make", "--dry-run", "--always-make", "run", typed],
        cwd=ROOT, check=False, capture_output=True, text=True, env=clean,
    )  # fmt: skip
    assert ended.returncode != 0
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert said in line
