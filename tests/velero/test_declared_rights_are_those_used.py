"""No look and no call of Velero's operations takes a right that is not declared."""

from __future__ import annotations

from bot.errors import KajitoriError
from bot.operations.operation import EveryKind
from bot.operations.plan import Plan
from tests.velero.worlds import REGISTRY, ask, backup, location, made, thing, world

LINES = {
    "velero backup create": [
        "velero backup create a --include-namespaces shop",
        "velero backup create --from-schedule s",
    ],
    "velero backup get": ["velero backup get", "velero backup get nightly"],
    "velero backup describe": ["velero backup describe nightly --details", "velero backup describe nope"],
    "velero backup logs": ["velero backup logs nightly", "velero backup logs nope"],
    "velero backup delete": ["velero backup delete nightly", "velero backup delete nope"],
    "velero backup-location get": ["velero backup-location get", "velero backup-location get default"],
    "velero install": ["velero install"],
    "velero restore create": [
        "velero restore create --from-backup nightly --backup-first",
        "velero restore create --from-schedule s",
        "velero restore create --from-backup nope",
    ],
    "velero restore get": ["velero restore get", "velero restore get r"],
    "velero restore describe": ["velero restore describe r --details", "velero restore describe nope"],
    "velero restore logs": ["velero restore logs r", "velero restore logs nope"],
    "velero restore delete": ["velero restore delete r", "velero restore delete nope"],
    "velero schedule create": ["velero schedule create new --schedule=@daily --include-namespaces shop"],
    "velero schedule get": ["velero schedule get", "velero schedule get s"],
    "velero schedule describe": ["velero schedule describe s", "velero schedule describe nope"],
    "velero schedule pause": ["velero schedule pause s", "velero schedule pause nope"],
    "velero schedule unpause": ["velero schedule unpause p", "velero schedule unpause nope"],
    "velero schedule delete": ["velero schedule delete s", "velero schedule delete nope"],
}
OF_ARTIFACTS = {("get", "BackupStorageLocation"), ("get", "Backup"), ("get", "Restore")}
"""Looks of `artifact`, which a made-up world does not take."""


def test_every_operation_is_looked_at() -> None:
    assert set(LINES) == set(REGISTRY.operations)


async def test_used_rights_are_declared() -> None:
    for name, lines in LINES.items():
        operation = REGISTRY[name]
        declared = {(each.verb, each.kind.kind) for each in operation.rights}
        here = world(
            backup(),
            location(),
            made("Restore", "r", spec={"backupName": "nightly"}, status={"phase": "Completed"}),
            made("Schedule", "s", spec={"schedule": "@daily", "template": {}}),
            made("Schedule", "p", spec={"schedule": "@daily", "template": {}, "paused": True}),
            thing("Deployment", "app"),
            contents={"apps/v1/Deployment": ["shop/app"]},
        )
        used: set[tuple[str, str]] = set()
        for line in lines:
            try:
                outcome = await ask(here, line)
            except KajitoriError:
                continue
            if isinstance(outcome, Plan):
                used |= {(each.verb, each.target.kind.kind) for each in outcome.calls}
        used |= set(here.looked)
        assert used <= declared, name
        unused = declared - used - OF_ARTIFACTS
        assert not unused or any(isinstance(each, EveryKind) for each in operation.declared), (name, unused)
