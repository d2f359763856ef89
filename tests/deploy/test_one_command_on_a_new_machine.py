"""`.ci/run` and the Makefile: everything that has to pass does, and nothing passes by not being run."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Final

from tests.deploy.generated import ROOT

CI: Final = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands(target: str, *more: str) -> list[str]:
    """What `make` would do, also when make itself runs this test."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--dry-run", "--always-make", target, *more]
    result = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=clean)
    return result.stdout.splitlines()


def test_it_runs_style_fast_tests_and_the_real_control_plane() -> None:
    assert "set -euo pipefail" in CI
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    targets = re.findall(r"^make (.+)$", CI, re.MULTILINE)
    assert [set(each.split()) >= {"lint", "test", "test-cluster"} for each in targets] == [True]


def test_no_failure_is_swallowed() -> None:
    """Neither by `|| true` nor by make's `-`; pytest's exit code 5 (no test was found) fails like any other."""
    for text in (CI, MAKEFILE):
        assert "||" not in text.replace("|| $(PYTHON) -m venv", "").replace("|| $(PIP) --require-hashes", "")
        assert "exit 0" not in text
    assert not re.search(r"^\t-", MAKEFILE, re.MULTILINE)


def test_every_marker_has_the_target_that_runs_it() -> None:
    wanted = {
        "test": '-m "not cluster and not chaos and not long"',
        "test-cluster": '-m "cluster or long"',
        "test-chaos": "-m chaos",
    }
    for target, selection in wanted.items():
        assert any("pytest" in line and selection in line for line in commands(target)), target


def test_the_cluster_tests_build_what_they_need_first() -> None:
    lines = commands("test-cluster")
    for script in ("tests/controlplane/build.sh", "tests/controlplane/velero/build.sh"):
        built = next(at for at, line in enumerate(lines) if script in line)
        assert built < next(at for at, line in enumerate(lines) if "pytest" in line)


def test_nothing_is_installed_without_its_hash_or_from_a_named_registry() -> None:
    installs = [line for line in commands("lint") if "pip install" in line]
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps" in line
    for file in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", file.read_text()), file.name


def test_only_known_programs_are_needed() -> None:
    """Python, make, git, Go and what every Linux has. Anything else would fail on a new machine."""
    scripts = (ROOT / "tests/controlplane").glob("**/build.sh")
    script = "".join(each.read_text() for each in scripts)
    for word in ("docker", "podman", "kind ", "curl", "wget", "jq ", "npm ", "openssl", "etcd --", "sudo"):
        assert word not in script, word
        assert word not in CI, word
