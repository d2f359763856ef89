"""`kajitori manifest …`: what is given to Slack and to Kubernetes, made from code and configuration."""

from __future__ import annotations

from pathlib import Path

import click

from bot.errors import NotUnderstood
from bot.identity.rbac_manifest import cluster_yaml, rbac_yaml, teams_yaml
from bot.identity.slack_manifest import slack_yaml
from bot.terminal.config import the_config
from bot.terminal.lines import the_registry
from bot.terminal.options import CONFIG
from bot.text import Code, text


@click.group("manifest", no_args_is_help=True)
def command() -> None:
    """Print the manifests that Slack and Kubernetes need."""


@command.command("slack")
@CONFIG
@click.option("--request-url", default="", metavar="URL", help="Public address for HTTP mode; without it Socket Mode.")
def slack(config: Path | None, request_url: str) -> None:
    """The Slack app's manifest: paste it at api.slack.com/apps."""
    click.echo(slack_yaml(the_config(config), request_url=request_url), nl=False)


@command.command("rbac")
@CONFIG
@click.option("--constrained", is_flag=True, help="Constrained impersonation (beta in Kubernetes 1.36).")
def rbac(config: Path | None, constrained: bool) -> None:
    """The bot's own account and role: kubectl apply -f -."""
    click.echo(rbac_yaml(the_config(config), the_registry(), constrained=constrained), nl=False)


@command.command("teams")
@CONFIG
@click.option("-n", "--namespace", required=True, help="The namespace that the teams get rights in.")
def teams(config: Path | None, namespace: str) -> None:
    """An example of roles and bindings for the teams in one namespace."""
    click.echo(teams_yaml(the_config(config), the_registry(), namespace=namespace), nl=False)


@command.command("cluster")
@CONFIG
@click.option("--team", "teams", multiple=True, metavar="NAME", help="A team to bind to it; may be said several times.")
def cluster(config: Path | None, teams: tuple[str, ...]) -> None:
    """Roles for what concerns the whole cluster: its nodes. Only teams that are named are bound to them."""
    found = the_config(config)
    unknown = next((team for team in teams if team not in found.teams), None)
    if unknown is not None:
        raise NotUnderstood(
            text("There is no team {team}.", team=Code(unknown)),
            next=text("The configuration has these: {teams}.", teams=Code(", ".join(sorted(found.teams)) or "-")),
        )
    click.echo(cluster_yaml(found, the_registry(), teams=teams), nl=False)
