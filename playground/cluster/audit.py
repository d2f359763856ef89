"""The API server's own record: one entry for each answered request, in the form of its audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final, final

from playground.cluster.asked import Asked
from playground.cluster.pace import Pace
from playground.cluster.users import User
from playground.cluster.wire import Json

Entry = dict[str, Any]
WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
REVIEWS: Final = frozenset({"authorization.k8s.io", "authentication.k8s.io"})
"""The groups whose answers are kept too: a question about rights says little without them."""


@final
class Audit:
    """Entries in the order of their answers."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._entries: list[Entry] = []

    def add(
        self,
        *,
        audit_id: str,
        uri: str,
        asked: Asked,
        user: User | None,
        acting: User | None,
        body: Any,
        status: Json,
        answer: Any = None,
    ) -> None:
        """`answer` is the body that was sent back; it is kept for reviews only."""
        entry: Entry = {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Request" if asked.verb in WRITES else "Metadata",
            "auditID": audit_id,
            "stage": "ResponseComplete",
            "requestURI": uri,
            "verb": asked.verb,
            "user": user.info() if user else {},
            "sourceIPs": ["127.0.0.1"],
            "responseStatus": status,
            "stageTimestamp": self._pace.micro_stamp(),
        }
        if acting is not None:
            entry["impersonatedUser"] = acting.info()
        if asked.is_resource:
            entry["objectRef"] = asked.reference()
            if asked.verb == "create" and isinstance(body, dict):
                _complete(entry["objectRef"], body.get("metadata") or {})
        if asked.verb in WRITES and body is not None:
            entry["requestObject"] = body
        if asked.group in REVIEWS and answer is not None:
            entry |= {"level": "RequestResponse", "responseObject": answer}
        self._entries.append(entry)

    def recall(self, entries: Iterable[Entry]) -> None:
        """What was answered before this process."""
        self._entries[:0] = entries

    def entries(
        self,
        *,
        user: str | None = None,
        verbs: Collection[str] | None = None,
        namespace: str | None = None,
        audit_id_prefix: str | None = None,
    ) -> list[Entry]:
        """Oldest first. `user` is who it was done as: the impersonated person where there is one."""
        return [
            entry
            for entry in self._entries
            if (user is None or (entry.get("impersonatedUser") or entry["user"]).get("username") == user)
            and (verbs is None or entry["verb"] in verbs)
            and (namespace is None or entry.get("objectRef", {}).get("namespace") == namespace)
            and (audit_id_prefix is None or entry["auditID"].startswith(audit_id_prefix))
        ]


def _complete(reference: Json, metadata: Json) -> None:
    """A creation's address names no object; its body does (apiserver `audit.LogRequestObject`)."""
    for key in ("namespace", "name"):
        if metadata.get(key):
            reference.setdefault(key, metadata[key])
