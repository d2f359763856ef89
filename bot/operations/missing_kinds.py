"""What is said where a cluster does not serve the kinds of a tool."""

from __future__ import annotations

from bot.errors import NotServed, Refused
from bot.text import Code, Text, text


def not_installed(tool: str, group: str, error: NotServed, *, cluster: str, next: Text) -> Refused:
    """`next` is what would help: what has to be installed, or where else to ask."""
    return Refused(
        text("{tool} is not installed on {cluster}.", tool=tool, cluster=Code(cluster)),
        target=error.target,
        why=text("Its API server serves no kinds of the group {group}.", group=Code(group)),
        next=next,
    )
