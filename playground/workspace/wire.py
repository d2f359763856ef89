"""The one type of everything on the wire: Slack's payloads are open objects, checked where a rule needs it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
