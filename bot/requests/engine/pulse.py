"""How often a running request is shown anew."""

from __future__ import annotations

from typing import Final, final

from bot.operations.progress import Progress
from bot.requests.engine.holding import Held
from bot.requests.engine.settling import show_progress
from bot.requests.voting import Case


@final
class Pulse:
    """Stores progress at most once a second, for Slack allows fewer edits than that. While it waits its turn the next
    observation is held back, so what is stored is always the newest; the end is stored by whoever follows."""

    SECONDS: Final = 1.0

    def __init__(self, held: Held, case: Case) -> None:
        self._held, self._case = held, case
        self._at = float("-inf")

    async def report(self, progress: Progress) -> None:
        """Called at every change that a person would see."""
        if progress.done or progress.failed is not None:
            return
        clock = self._held.services.clock
        pause = self._at + self.SECONDS - clock.monotonic()
        if pause > 0:
            await clock.sleep(pause)
        self._at = clock.monotonic()
        await show_progress(self._held, self._case, progress)
