"""No value of a log event holds a secret, however deep it lies."""

from __future__ import annotations

import structlog

from bot.observability.redaction import redact_event

SECRET = "hunter2Correct"


def test_every_value_is_redacted_and_others_stay() -> None:
    with structlog.testing.capture_logs(processors=[redact_event]) as events:
        structlog.get_logger().info(
            "refused",
            line=f"undo app --token={SECRET}",
            nested={"lines": [f"password is {SECRET}"], "count": 3},
            token=SECRET,
            headers={"Authorization": f"Bearer {SECRET}"},
            error=ValueError(f"bad --password={SECRET}"),
            body=f"password: {SECRET}".encode(),
            namespace="token-service",
            number=142,
        )
    assert SECRET not in repr(events)
    assert events[0]["namespace"] == "token-service"
    assert events[0]["number"] == 142
    assert events[0]["nested"]["count"] == 3
