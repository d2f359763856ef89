"""Who may change a cluster from a terminal: someone who sits there, where nobody else has to agree (design §6.4).

This keeps an honest hand from a mistake. What keeps a dishonest one is Kubernetes: people's own kubeconfigs have no
write rights where changes go through Slack.
"""

from __future__ import annotations

from dataclasses import replace

from bot.clock import Clock
from bot.errors import Refused
from bot.identity.person import Person
from bot.operations.operation import Operation
from bot.operations.plan import Plan
from bot.operations.registry import Registry
from bot.policy.asked import Asked
from bot.policy.decisions import decide, strictest
from bot.policy.default import DEFAULT_POLICY
from bot.policy.explain import what_is_asked
from bot.policy.loading import parse_policy
from bot.policy.model import Policy
from bot.settings import Config
from bot.settings.files import read_file
from bot.terminal.places import Place
from bot.terminal.screen import Screen
from bot.text import Code, Text, text


def check_terminal(screen: Screen) -> None:
    """Raise `Refused` where nobody can be asked: in a script, in a pipe."""
    if not screen.interactive:
        raise Refused(
            text("A change from here needs a person at a terminal."),
            why=text("The name of what is changed has to be typed."),
            next=text("Ask in Slack, or run {command} to look only.", command=Code("kajitori plan")),
        )


def check_unguarded(place: Place) -> None:
    """Raise `Refused` if the configuration has this cluster and wants changes of it to be agreed to."""
    for name, cluster in place.configured.items():
        if cluster.approvals_required:
            raise _needs_approval(
                name,
                text("Its configuration has {setting}.", setting=Code("approvals_required: true")),
            )


def check_policy(place: Place, plan: Plan, operation: Operation, *, registry: Registry, clock: Clock) -> None:
    """Raise `Refused` if the policy would refuse this plan or ask anyone else to agree to it."""
    if place.config is None:
        return
    policy = load_policy(place.config, registry)
    namespaces = plan.namespaces
    me = Person(slack_user="", team="", name="terminal", user=place.acting.user, key="terminal")
    for name, cluster in place.configured.items():
        asked = Asked(
            cluster=name,
            environment=cluster.environment,
            production=cluster.is_production,
            namespace=namespaces[0],
            operation=operation.name,
            requester=me,
            now=clock.now(),
            destructive=plan.destructive,
            recovery=plan.recovery,
            pods=plan.impact.pods,
        )
        every = [(each, said) for each in namespaces for said in (operation.name, *plan.includes)]
        decision = strictest(
            *(decide(policy, replace(asked, namespace=space, operation=said)) for space, said in every)
        )
        if not decision.allowed or decision.approvals > 0:
            raise _needs_approval(name, what_is_asked(decision))


def load_policy(config: Config, registry: Registry) -> Policy:
    """The policy that the configuration names, or the built-in one. Raises `Refused` for a wrong file."""
    if config.policy is None:
        return DEFAULT_POLICY
    operations = frozenset(operation.name for operation in registry)
    return parse_policy(read_file(config.policy), source=str(config.policy), config=config, operations=operations)


def _needs_approval(cluster: str, why: Text) -> Refused:
    return Refused(
        text("{cluster} is not changed from a terminal: others have to agree.", cluster=Code(cluster)),
        target=cluster,
        why=why,
        next=text("Ask in Slack with the same command."),
    )
