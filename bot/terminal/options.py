"""The options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the terminal reaches a cluster and as whom. Everything empty: as kubectl would."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    config: Path | None = None


CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), help="Kajitori's configuration file (else KAJITORI_CONFIG)."
)
OUTPUT = click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
_OPTIONS = (
    click.argument("words", nargs=-1, required=True, metavar="COMMAND_LINE"),
    click.option("--kubeconfig", default="", metavar="FILE", help="The kubeconfig (else KUBECONFIG, ~/.kube/config)."),
    click.option("--context", default="", metavar="NAME", help="Its context, or a cluster of the configuration."),
    click.option("-n", "--namespace", default="", metavar="NAME", help="Where the command line names no namespace."),
    click.option("--as", "user", default="", metavar="USER", help="Act as this user, as kubectl --as."),
    click.option("--as-group", "groups", multiple=True, metavar="GROUP", help="With --as: in this group. Repeatable."),
    CONFIG,
    OUTPUT,
)


def cluster_options(function: F) -> F:
    """A command line, and all that says where it is meant."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
