"""What the bot asks of Slack: scopes by the methods it calls, events, the command. Made into the app's manifest."""

from __future__ import annotations

from typing import Any, Final

import yaml

from bot.settings import Config

READ_CHANNELS: Final = ("channels:read", "groups:read", "im:read")
READ_MESSAGES: Final = ("channels:history", "groups:history", "im:history", "metadata.message:read")

METHODS: Final[dict[str, tuple[str, ...]]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": READ_MESSAGES,
    "conversations.info": READ_CHANNELS,
    "conversations.open": ("im:write",),
    "conversations.replies": READ_MESSAGES,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "users.info": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}
"""Every Web API method that the bot may call, with the bot scopes it takes. (`apps.connections.open` takes the app
token's `connections:write`.)"""

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "message.im": ("im:history",),
    "user_change": ("users:read",),
}
"""Events subscribed to. Nothing that is said in a channel without mentioning the bot is among them."""

SHORTCUT: Final = "ask_kajitori"
"""The message shortcut: slash commands do not work in threads (slack.md §1.7)."""


def slack_scopes() -> tuple[str, ...]:
    """All bot scopes, once each."""
    scopes = {"commands"}
    for needed in (*METHODS.values(), *EVENTS.values()):
        scopes.update(needed)
    return tuple(sorted(scopes))


def slack_manifest(config: Config, *, request_url: str = "") -> dict[str, Any]:
    """The manifest (schema 2): Socket Mode, or HTTP mode where a public `request_url` is given."""
    address = {"request_url": request_url} if request_url else {}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Kajitori",
            "description": "Operates Kubernetes from Slack, as the person who asked, with approvals.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "kajitori", "always_online": True},
            "shortcuts": [
                {
                    "name": "Ask Kajitori",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Runs a command in this thread",
                }
            ],
            "slash_commands": [
                {
                    "command": config.command,
                    **({"url": request_url} if request_url else {}),
                    "description": "Operate Kubernetes as yourself",
                    "usage_hint": "rollout undo deployment/app -n shop",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(slack_scopes())}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not request_url,
            "token_rotation_enabled": False,
        },
    }


def slack_yaml(config: Config, *, request_url: str = "") -> str:
    """The manifest as it is pasted into Slack's page for a new app."""
    header = "# Made by `kajitori manifest slack`; a test holds it to the code.\n"
    return header + yaml.safe_dump(slack_manifest(config, request_url=request_url), sort_keys=False)
