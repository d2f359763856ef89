"""`kajitori policy explain|test`: what would be decided, and do the examples in the file come out?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from bot.clock import SystemClock
from bot.errors import NotFound
from bot.identity.person import Person
from bot.policy.asked import Asked
from bot.policy.decisions import decide
from bot.policy.examples import run_examples
from bot.policy.explain import explain as explain_decision
from bot.settings import Config
from bot.terminal.config import the_config
from bot.terminal.errors import Exit
from bot.terminal.guards import load_policy
from bot.terminal.lines import the_registry
from bot.terminal.options import CONFIG, OUTPUT
from bot.terminal.start import the_screen
from bot.text import Code, text


@click.group("policy", no_args_is_help=True)
def command() -> None:
    """Explain and test the policy."""


@command.command("test")
@CONFIG
@OUTPUT
@click.pass_context
def test(ctx: click.Context, config: Path | None, output: str) -> None:
    """Run the examples in the policy file; exit code 1 if one fails."""
    screen = the_screen()
    found = the_config(config)
    results = run_examples(load_policy(found, the_registry()), found, now=SystemClock().now())
    if output == "json":
        screen.json(
            [
                {
                    "name": each.name,
                    "passed": each.passed,
                    "differs": [screen.sentence(why) for why in each.differs],
                    "decided": screen.sentence(each.decided),
                }
                for each in results
            ]
        )
    else:
        for each in results:
            screen.say(text("{mark} {name}", mark="✓" if each.passed else "✗", name=each.name))
            for why in each.differs:
                screen.say(
                    text("{difference}; the decision was: {decided}", difference=why, decided=each.decided), indent=4
                )
        if not results:
            screen.say(text("The policy has no examples."))
    ctx.exit(Exit.DONE if all(each.passed for each in results) else Exit.FAILED)


@command.command("explain")
@click.argument("operation")
@CONFIG
@OUTPUT
@click.option("--cluster", default="", help="The cluster (else the default one).")
@click.option("-n", "--namespace", default="", help="The namespace (else the cluster's).")
@click.option("--as", "user", default="", metavar="USER_ID", help="As this person of the configuration.")
@click.option("--pods", default=0, help="Pods that the plan touches.")
@click.option("--destructive", is_flag=True, help="It deletes or overwrites.")
@click.option("--recovery", is_flag=True, help="It leads back to a healthy state.")
@click.option("--break-glass", is_flag=True, help="The glass is broken.")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="At this moment, with its offset.")
def explain(operation: str, config: Path | None, output: str, at: datetime | None, **given: Any) -> None:
    """Which rule decides about OPERATION, and why.

    \b
    kajitori policy explain "rollout undo" --cluster prod -n shop --as U0ALICE --recovery
    """
    screen = the_screen()
    found = the_config(config)
    registry = the_registry()
    if operation not in registry.operations:
        raise NotFound(
            text("There is no operation {name}.", name=Code(operation)),
            next=text("{command} lists them.", command=Code("kajitori exec help")),
        )
    policy = load_policy(found, registry)
    asked = _asked(found, operation, given, now=at.astimezone(UTC) if at is not None else SystemClock().now())
    lines = explain_decision(policy, asked)
    if output == "text":
        for line in lines:
            screen.say(line)
        return
    decision = decide(policy, asked)
    screen.json(
        {
            "rule": decision.rule,
            "approvals": decision.approvals,
            "allowed": decision.allowed,
            "confirm": decision.confirm,
            "expiresSeconds": int(decision.expires.total_seconds()),
            "backSeconds": int(decision.back_window.total_seconds()),
            "why": [screen.sentence(line) for line in lines],
        }
    )


def _asked(config: Config, operation: str, given: dict[str, Any], *, now: datetime) -> Asked:
    name = given.pop("cluster") or config.cluster_by_default
    cluster = config.clusters.get(name)
    if cluster is None:
        raise NotFound(
            text("There is no cluster {name}.", name=Code(name)),
            next=text("I know {names}.", names=Code(", ".join(sorted(config.clusters)))),
        )
    return Asked(
        cluster=name,
        environment=cluster.environment,
        production=cluster.is_production,
        operation=operation,
        requester=_person(config, given.pop("user")),
        namespace=given.pop("namespace") or cluster.namespace,
        now=now,
        **given,
    )


def _person(config: Config, user: str) -> Person:
    entry = config.people.get(user)
    if user and entry is None:
        raise NotFound(
            text("The configuration names nobody with the id {id}.", id=Code(user)),
            next=text("Give a Slack user id that stands under {key}.", key=Code("people")),
        )
    return Person(
        slack_user=user,
        team=config.slack.team_id,
        name=user or "somebody",
        user=entry.user if entry is not None else "somebody",
        teams=entry.teams if entry is not None else (),
        on_call=entry.on_call if entry is not None else False,
        key=user or "somebody",
    )
