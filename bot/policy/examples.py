"""The examples in a policy file, run by `policy test` and before a file is taken up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.identity.person import Person
from bot.policy.asked import Asked
from bot.policy.decision import Decision
from bot.policy.decisions import decide
from bot.policy.explain import what_is_asked
from bot.policy.model import Example, Expect, Policy
from bot.settings import Config
from bot.text import Code, Text, text


@dataclass(frozen=True, kw_only=True)
class Result:
    """One example: what differs, empty if it came out as expected, and what was decided."""

    name: str
    differs: tuple[Text, ...]
    decided: Text

    @property
    def passed(self) -> bool:
        return not self.differs


def run_examples(policy: Policy, config: Config, *, now: datetime) -> tuple[Result, ...]:
    """All examples in order. `now` stands in where an example gives no moment."""
    return tuple(_run(policy, config, example, now) for example in policy.examples)


def _run(policy: Policy, config: Config, example: Example, now: datetime) -> Result:
    decision = decide(policy, asked_in(example, config, now=now))
    return Result(
        name=example.name,
        differs=tuple(_differences(example.expect, decision)),
        decided=text("{rule}: {asked}", rule=Code(decision.rule), asked=what_is_asked(decision)),
    )


def asked_in(example: Example, config: Config, *, now: datetime) -> Asked:
    """What an example asks, with the cluster's own environment where it names none."""
    given = example.given
    cluster = config.clusters.get(given.cluster)
    environment = given.environment or (cluster.environment if cluster is not None else "production")
    production = cluster.is_production if cluster is not None else environment == "production"
    return Asked(
        cluster=given.cluster,
        environment=environment,
        production=production if given.production is None else given.production,
        namespace=given.namespace,
        operation=given.operation,
        requester=Person(
            slack_user="",
            team=config.slack.team_id,
            name="example",
            user="example",
            teams=given.requester_teams,
            key="example",
            on_call=given.on_call,
        ),
        now=given.at or now,
        destructive=given.destructive,
        recovery=given.recovery,
        pods=given.pods,
        break_glass=given.break_glass,
    )


def _differences(expect: Expect, decision: Decision) -> list[Text]:
    got = {
        "approvals": decision.approvals,
        "refused": decision.refused is not None,
        "rule": decision.rule,
        "confirm": decision.view_required,
    }
    wanted = expect.model_dump(exclude_none=True)
    return [
        text("{key} is {got}, not {wanted}", key=Code(key), got=str(got[key]), wanted=str(value))
        for key, value in wanted.items()
        if got[key] != value
    ]
