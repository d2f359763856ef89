"""Probes: writes that are sent with `dryRun=All` only, so that the API server says what it would think of them.

A closed list. An operation can ask for a probe through its `Reader` and gets the warnings alone; what is sent is built
here, so that nothing else can be sent by way of it. It is sent as the person, whose rights must cover the write.
"""

from __future__ import annotations

from typing import Final

import msgspec

from bot.errors import Bug
from bot.operations.json import Object
from bot.operations.kinds import NAMESPACE, Target
from bot.operations.plan import Call, ContentType
from bot.text import Code, text

POD_SECURITY: Final = "pod-security.kubernetes.io/"
MODES: Final = ("enforce", "audit", "warn")


class PodSecurityProbe(msgspec.Struct, frozen=True, kw_only=True):
    """Which pods would a namespace with these Pod Security labels not take in any more? Null: without the label.

    The API server names them in `Warning` headers (operations.md §7), if the level is stricter than the present one.
    """

    namespace: str
    labels: dict[str, str | None]

    @property
    def call(self) -> Call:
        """What is sent, dry. Raises `Bug` for a label that is none of Pod Security's."""
        allowed = {f"{POD_SECURITY}{mode}{what}" for mode in MODES for what in ("", "-version")}
        if not self.labels.keys() <= allowed:
            raise Bug(text("{labels} are no labels of Pod Security.", labels=Code(", ".join(self.labels))))
        body: Object = {"metadata": {"labels": dict(self.labels)}}
        return Call(
            id="probe",
            verb="patch",
            target=Target(kind=NAMESPACE, name=self.namespace),
            content_type=ContentType.MERGE_PATCH,
            body=body,
        )


Probe = PodSecurityProbe
