"""The bot's own words at the terminal: `help` and `whoami` are answered, `use` has no meaning without Slack."""

from __future__ import annotations

import msgspec

from bot.commandline.grammar import Parsed
from bot.commandline.help import help_view
from bot.commandline.own import HelpArguments
from bot.errors import Refused, Unavailable
from bot.identity.rbac_manifest import AUTHENTICATION, WHO_AM_I
from bot.kubernetes.decoding import Unreadable, decode
from bot.operations.json import Object
from bot.operations.registry import Registry
from bot.operations.view import Table, View
from bot.terminal.places import Place
from bot.terminal.screen import Screen
from bot.terminal.views import show_view
from bot.text import Code, text


class _User(msgspec.Struct, frozen=True, kw_only=True):
    username: str
    groups: tuple[str, ...] = ()


class _Status(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    user_info: _User


class _Review(msgspec.Struct, frozen=True, kw_only=True):
    status: _Status


def show_help(parsed: Parsed, registry: Registry, screen: Screen) -> bool:
    """Whether it was about help, which needs no cluster. Raises `Refused` for what is about Slack only."""
    if isinstance(parsed.arguments, HelpArguments):
        view = help_view(registry, parsed.arguments.about, command="kajitori exec")
        show_view(screen, view, save=None, whole=True)
        return True
    if parsed.operation.name == "whoami":
        return False
    raise Refused(
        text("{operation} is about Slack.", operation=Code(parsed.operation.name)),
        next=text(
            "Here the options {context}, {namespace} and {user} say it.",
            context=Code("--context"),
            namespace=Code("-n"),
            user=Code("--as"),
        ),
    )


async def who_am_i(place: Place) -> View:
    """Whom the API server takes this kubeconfig for, by a SelfSubjectReview (Kubernetes 1.28 and newer)."""
    body: Object = {"apiVersion": f"{AUTHENTICATION}/v1", "kind": WHO_AM_I.kind}
    acting = place.acting
    answer = await acting.client.request("POST", WHO_AM_I.path(), body=msgspec.json.encode(body))
    try:
        user = decode(answer.body, _Review).status.user_info
    except Unreadable as error:
        raise Unavailable(
            text("{cluster} did not say who this is.", cluster=Code(acting.name)),
            next=text("Check with {command}.", command=Code("kubectl auth whoami")),
        ) from error
    rows = (("user", user.username), *(("group", group) for group in user.groups), ("namespace", place.namespace))
    title = text("{user} on {cluster}", user=Code(user.username), cluster=Code(acting.name))
    return View(title=title, table=Table(columns=("WHAT", "NAME"), rows=rows))
