"""What the bot answers itself, as operations without a function, so that the grammar, help and completion know them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import StringConstraints

from bot.operations.arguments import Arguments, Words
from bot.operations.operation import Family, Operation, OperationKind
from bot.text import Text, text

PLACE_PATTERN: Final = r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99}/)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"


class UseArguments(Arguments):
    """A place: `payments`, or `prod/payments`. Without one, the present place is shown."""

    place: Annotated[
        str,
        StringConstraints(pattern=PLACE_PATTERN),
        Words("[CLUSTER/]NAMESPACE", text("the namespace, and the cluster if it is another one")),
    ] = ""

    @property
    def chosen(self) -> tuple[str, str]:
        """Cluster and namespace, each empty where it stays as it is. `-n` and `--context` say the same."""
        cluster, slash, namespace = self.place.rpartition("/")
        return (cluster if slash else self.context, namespace or self.namespace)


class HelpArguments(Arguments):
    """What to explain: nothing (everything), a family, or one command, with or without its tool in front."""

    about: Annotated[tuple[str, ...], Words("COMMAND", text("the command to explain"))] = ()


class FormArguments(Arguments):
    """The command to fill in."""

    about: Annotated[tuple[str, ...], Words("COMMAND", text("the command to fill in"))] = ()


class WhoamiArguments(Arguments):
    """Nothing but the place."""


OWN: Final = Family("", text("Where you are, who you are, what you can type"), cli="")


def _own(name: str, arguments: type[Arguments], *about: Text, example: str) -> None:
    """`about` is what a docstring would say: the first line without its full stop, then paragraphs."""
    OWN.operations[name] = Operation(
        name=name,
        kind=OperationKind.OWN,
        arguments=arguments,
        run=None,
        example=example,
        cli=OWN.cli,
        help="\n\n".join([f"{about[0]}.", *(str(each) for each in about[1:])]),
        family=OWN.name,
    )


_own(
    "use",
    UseArguments,
    text("Choose the cluster and namespace of this channel"),
    text("In a channel this is announced to everyone in it."),
    example="use prod/payments",
)
_own("help", HelpArguments, text("Show what you can type"), example="help rollout undo")
_own(
    "form",
    FormArguments,
    text("Fill a command in instead of typing it"),
    example="form rollout undo",
)
_own(
    "whoami",
    WhoamiArguments,
    text("Show who you are here: in Slack, in Kubernetes, by the policy"),
    example="whoami",
)
