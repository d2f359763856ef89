"""From a kubeconfig to an open playground: say what would be done, have it confirmed, do it, and play."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.commandline.own import OWN
from bot.errors import Refused
from bot.operations.registry import build_registry, installed_families
from bot.text import Code, text
from playground.guest.manifest import listed
from playground.guest.stay import Stay, paragraph
from playground.stage import Setting

Confirm = Callable[[str], bool]


@asynccontextmanager
async def guest(kubeconfig: Path, namespace: str, *, confirm: Confirm) -> AsyncIterator[Setting]:
    """The cluster of the kubeconfig's current context, after everything that the playground needs is applied.

    Nothing is touched before `confirm` says yes to the paragraph. Raises `Refused` without a yes, and where something
    is in the way.
    """
    stay = _stay(kubeconfig, namespace)
    async with stay.transport:
        await stay.examine()
        if not confirm(paragraph(stay, listed(stay.documents))):
            raise Refused(
                text("Nothing was applied."), next=text("Say yes, or give {flag}: nothing else is asked.", flag=_APPLY)
            )
        await stay.apply()
        await stay.renew()
        yield Setting(
            name=stay.context.server, context=stay.context.name, provide=stay.provide, upkeep=stay.keep_renewed
        )


async def leave(kubeconfig: Path, namespace: str) -> list[str]:
    """Take away all that the playground applied; the paths that were there."""
    stay = _stay(kubeconfig, namespace)
    async with stay.transport:
        return await stay.remove()


def _stay(kubeconfig: Path, namespace: str) -> Stay:
    return Stay(kubeconfig, namespace, build_registry([*installed_families(), OWN]))


_APPLY = Code("APPLY=yes")
