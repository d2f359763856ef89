"""Becomes another program that dies with the process that started it, be that killed with SIGKILL.

`python bound.py PARENT PROGRAM ARGUMENTS…`. A program of its own, not a `preexec_fn`: that is unsafe beside threads,
and tests have threads. Linux only (PR_SET_PDEATHSIG survives an exec).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the line above
        sys.exit(1)
    os.execv(program, [program, *arguments])


if __name__ == "__main__":
    main()
