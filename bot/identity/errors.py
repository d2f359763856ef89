"""Why someone is not a person here.

Refused
├── NotAMember     a guest, a stranger, a bot, a deleted account, another team
└── Unknown        a member whom the configuration does not name
"""

from __future__ import annotations

from bot.errors import Refused


class NotAMember(Refused):
    """Not a full member of the workspace that installed the bot."""


class Unknown(Refused):
    """A full member, but nobody said which Kubernetes user that is."""
