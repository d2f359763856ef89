"""A command filled in instead of typed: its modal, and the line that a submit of it stands for.

Where the modal was opened comes back through a client, so it is signed: nobody can send an answer into another channel.
"""

from __future__ import annotations

from typing import Final

from bot.commandline.form import form_of, line_of
from bot.errors import Choice, NotUnderstood, Refused
from bot.operations import sync_pauses
from bot.operations.kinds import ROLLABLE, SCALABLE
from bot.operations.operation import Operation, OperationKind
from bot.requests.marks import Stale
from bot.requests.services import Services
from bot.slack.desk.visits import Visit
from bot.slack.edge.deliveries import Submitted
from bot.slack.modals.forms import form
from bot.text import Code, text

PURPOSE: Final = "form"


async def open_form(visit: Visit, words: tuple[str, ...]) -> None:
    """Open the modal of the operation that the words name. Raises `NotUnderstood`, or `Refused` without a trigger."""
    operation = _operation(visit.services, " ".join(words).lower())
    if not visit.delivery.trigger:
        raise Refused(
            text("Slack lets me open a form only on a command or a button."),
            next=text(
                "Type it as a command: {line}.", line=Code(f"{visit.services.config.command} form {operation.name}")
            ),
        )
    metadata = signed_place(visit.services, operation.name, visit.delivery.channel)
    view = form(operation.name, form_of(operation), visit.person.locale, metadata=metadata)
    await visit.desk.open_view(visit.delivery.trigger, view)


def signed_place(services: Services, operation: str, channel: str) -> str:
    """What the modal carries: the operation, the channel, and a code that only we can make."""
    said = f"{operation}|{channel}"
    return f"{said}|{services.keyring.mac(PURPOSE, said.encode())}"


def filled_in(services: Services, submitted: Submitted) -> tuple[str, str]:
    """The command line of a filled-in form, and the channel it was opened in.

    Raises `Stale` for a form that is not ours, `NotUnderstood` for values that the line could not have.
    """
    said, _, code = submitted.metadata.rpartition("|")
    name, _, channel = said.partition("|")
    if not services.keyring.verify(PURPOSE, said.encode(), code):
        raise Stale(
            text("This form means nothing to me, so nothing was done."),
            next=text("Close it, and open it again from the newest message."),
        )
    return line_of(_operation(services, name), submitted.values), channel


def _operation(services: Services, name: str) -> Operation:
    found = services.registry.operations.get(name)
    if not name:
        changes = [each.name for each in sorted(services.registry, key=_urgency) if each.kind is OperationKind.CHANGE]
        raise NotUnderstood(
            text("Which command do you want to fill in?"),
            next=text("{line} fills in any other.", line=Code(f"{services.config.command} form COMMAND")),
            choices=tuple(Choice(label=each, command_line=f"form {each}") for each in changes),
        )
    if found is None or found.kind is OperationKind.OWN:
        raise NotUnderstood(
            text("There is no form for {name}.", name=Code(name)),
            next=text("{line} shows all commands.", line=Code(f"{services.config.command} help")),
        )
    return found


def _urgency(operation: Operation) -> tuple[bool, bool, str]:
    """Only so many can be offered: first what keeps or brings back pods that run, of that what everybody knows from a
    terminal, the rest by name. Pausing what would undo it is no matter of its own.
    """
    kinds = {right.kind for right in operation.rights if right.verb == "patch" and right not in sync_pauses.PAUSE}
    return not kinds or not kinds <= {*ROLLABLE, *SCALABLE}, operation.cli != "kubectl", operation.name
