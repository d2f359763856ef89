"""`make run` with a Python that is too old says which one is needed and how to name it, and makes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_first_thing_that_make_says(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    pretended = "import sys; sys.version_info = (3, 9, 18); sys.version = '3.9.18 (main)'; exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretended}" "$2"\n')
    old.chmod(0o755)
    venv = tmp_path / "venv"
    made = subprocess.run(
        ["make", "run", f"PYTHON={old}", f"VENV={venv}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert "Kajitori needs Python 3.11 or newer; this is 3.9.18. Try: make PYTHON=python3.12" in made.stderr
    assert "Traceback" not in made.stderr
    assert not venv.exists()
