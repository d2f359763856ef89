"""`whoami`: who somebody is here, in Slack, in Kubernetes and for the policy (design §6)."""

from __future__ import annotations

from bot.identity.person import Person
from bot.operations.view import View
from bot.requests.services import Services
from bot.text import Code, text


async def whoami_view(services: Services, person: Person, cluster: str, namespace: str) -> View:
    """Everything that decides about this person, and where commands of this channel go."""
    title = services.clusters[cluster].title
    teams = ", ".join(person.teams) or "-"
    lines = [
        text(
            "In Kubernetes you are {user}, in the groups {groups}.",
            user=Code(person.user),
            groups=Code(", ".join(person.groups) or "-"),
        ),
        text("For the policy you are in the teams {teams}.", teams=Code(teams)),
        text("Here commands go to {namespace} in {cluster}.", namespace=Code(namespace), cluster=Code(title)),
        text("What you may do is what Kubernetes lets that user do: ask with {command}.", command=Code("auth can-i")),
    ]
    if person.on_call:
        lines.append(text("You are on call."))
    return View(title=text("You are {name}.", name=person.name), lines=tuple(lines))
