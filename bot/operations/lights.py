"""The lights that say at a glance how a workload stands."""

from __future__ import annotations

from typing import Final

GREEN, BLUE, YELLOW, RED = "🟢", "🔵", "🟡", "🔴"
"""Blue is well and waits for somebody: a canary at its pause."""
ILL: Final = (YELLOW, RED)
RANKS: Final = {RED: 0, YELLOW: 1, BLUE: 2, GREEN: 3}
"""What needs a hand first."""
