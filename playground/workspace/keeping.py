"""A workspace that outlives its process: messages, who is where, Home tabs, files, and what the app holds of them.

Private messages and modals are not kept: a reload of Slack's client forgets them too.
"""

from __future__ import annotations

import msgspec

from playground.workspace.channels import Channel
from playground.workspace.files import File
from playground.workspace.messages import Message
from playground.workspace.server import Workspace
from playground.workspace.state import Notification
from playground.workspace.triggers import Hook
from playground.workspace.views import View


class WorkspaceKept(msgspec.Struct, frozen=True, kw_only=True):
    """`last_ts` and `view_count` see to it that nothing new has the identity of something old."""

    bot_token: str
    app_token: str
    last_ts: int
    messages: tuple[Message, ...]
    channels: tuple[Channel, ...]
    view_count: int
    homes: dict[str, View]
    hooks: dict[str, Hook]
    files: tuple[File, ...]
    notifications: dict[str, tuple[Notification, ...]]


def kept(workspace: Workspace) -> WorkspaceKept:
    """All of it that is kept."""
    state = workspace.state
    return WorkspaceKept(
        bot_token=workspace.bot_token,
        app_token=workspace.app_token,
        last_ts=state.messages.last,
        messages=tuple(message for message in state.messages.all() if message.reader is None),
        channels=tuple(state.channels.all()),
        view_count=state.views.count,
        homes=state.views.homes,
        hooks=state.triggers.hooks,
        files=tuple(state.files.all()),
        notifications={person: tuple(pings) for person, pings in state.notifications.items()},
    )


def recall(workspace: Workspace, kept: WorkspaceKept) -> None:
    """Go on as it was. The tokens are taken up only by a workspace that is not started yet."""
    state = workspace.state
    workspace.bot_token, workspace.app_token = kept.bot_token, kept.app_token
    state.messages.recall(kept.messages, kept.last_ts)
    state.channels.recall(kept.channels)
    state.views.recall(kept.homes, kept.view_count)
    state.triggers.recall(kept.hooks)
    state.files.recall(kept.files)
    for person, pings in state.notifications.items():
        pings[:] = kept.notifications.get(person, ())
