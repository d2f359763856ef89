"""What every subcommand begins with: its screen, and logs that stay out of the answer."""

from __future__ import annotations

import os
import sys

from bot.observability.logging import configure_logging
from bot.terminal.screen import Screen, language_of


def the_screen() -> Screen:
    """The screen of this process; logs of libraries go to standard error, from `error` on."""
    configure_logging("error", json=False, colours=sys.stderr.isatty())
    return Screen(locale=language_of(os.environ))
