"""`python -m bench`: each measure in a process of its own, one table at the end."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from bench.figures import Result
from bench.table import Machine, Report, document, table

MEASURES: Final = {
    "ack": "bench.acknowledgement",
    "reply": "bench.first_reply",
    "commands": "bench.commands",
    "approval": "bench.approval",
    "requests": "bench.whole_requests",
    "pods": "bench.many_pods",
    "status": "bench.rollout_status",
    "waiting": "bench.waiting",
    "memory": "bench.at_rest",
    "verification": "bench.verification",
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    only: tuple[str, ...]
    quick: bool
    minutes: float
    json: Path | None
    worker: str


def options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES, default=[], help="this measure (may be repeated)")
    parser.add_argument("--quick", action="store_true", help="few samples: shows that it runs, proves nothing")
    parser.add_argument("--minutes", type=float, default=0.5, help="how long commands are sent (the target says 5)")
    parser.add_argument("--json", type=Path, help="write the report to this file, too")
    parser.add_argument("--worker", choices=MEASURES, default="", help=argparse.SUPPRESS)
    found = parser.parse_args(arguments)
    return Options(
        only=tuple(found.only), quick=found.quick, minutes=found.minutes, json=found.json, worker=found.worker
    )


def main(arguments: list[str]) -> int:
    asked = options(arguments)
    if asked.worker:
        logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # whoever is stopped leaves watches open
        measure = import_module(MEASURES[asked.worker]).measure
        result = uvloop.run(measure(quick=asked.quick, minutes=asked.minutes))
        sys.stdout.buffer.write(msgspec.json.encode(result))
        return 0
    report = asyncio.run(run(asked))
    print(table(report))
    return 1 if report.broken else 0


async def run(asked: Options) -> Report:
    """All measures one after the other: two at once would measure each other."""
    before = os.getloadavg()[0]
    results: list[Result] = []
    broken: dict[str, str] = {}
    for name in asked.only or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            results.append(await _apart(name, asked))
        except RuntimeError as error:
            broken[name] = str(error)
        report = Report(machine=machine(before, quick=asked.quick), results=tuple(results), broken=broken)
        if asked.json is not None:
            asked.json.write_bytes(document(report))  # after each: whoever stops it keeps what was measured
    return report


async def _apart(name: str, asked: Options) -> Result:
    flags = [*(["--quick"] if asked.quick else []), "--minutes", str(asked.minutes)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", "--worker", name, *flags, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"it ended with {process.returncode}")
    try:
        return msgspec.json.decode(said, type=Result)
    except msgspec.MsgspecError as error:
        raise RuntimeError(f"its answer cannot be read: {error}") from error


def machine(load_before: float, *, quick: bool) -> Machine:
    """This machine, now."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=commit.stdout.strip(),
        python=platform.python_version(),
        cpu=models[0] if models else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        system=platform.platform(),
        load_before=load_before,
        load_after=os.getloadavg()[0],
        quick=quick,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
