"""Velero's operations run with exactly the rights that they declare, on its real server.

As `test_declared_rights_suffice` has it for all others.
"""

from __future__ import annotations

import asyncio
from secrets import token_hex
from typing import Any

import pytest

from bot.commandline.grammar import parse
from bot.errors import Refused
from bot.identity.rbac_manifest import team_documents
from bot.kubernetes.identity import Impersonation
from bot.operations.operation import OperationKind
from bot.operations.plan import Nothing
from bot.operations.view import View
from bot.requests.clusters import Acting
from bot.requests.planning import plan_change
from bot.requests.rights import NotAllowed
from bot.settings import Config, OwnConfig
from tests.cluster.conftest import Connect
from tests.cluster.test_declared_rights_suffice import REGISTRY, acting, config
from tests.controlplane.shop import Shop
from tests.controlplane.velero_server import HOME, VeleroServer

__all__ = ["config"]
pytestmark = pytest.mark.cluster

API = f"/apis/velero.io/v1/namespaces/{HOME}"
CHANGES = {
    "velero backup create": "velero backup create new-{name} --from-schedule {name}",
    "velero backup delete": "velero backup delete {name}",
    "velero restore create": "velero restore create new-{name} --from-backup {name} --backup-first",
    "velero restore delete": "velero restore delete {name}",
    "velero schedule create": "velero schedule create new-{name} --schedule='0 2 * * *' --include-namespaces default",
    "velero schedule delete": "velero schedule delete {name}",
    "velero schedule pause": "velero schedule pause {name}",
    "velero schedule unpause": "velero schedule unpause paused-{name}",
}
LOOKS = {
    "velero backup describe": "velero backup describe {name} --details",
    "velero backup get": "velero backup get {name}",
    "velero backup logs": "velero backup logs {name}",
    "velero backup-location get": "velero backup-location get",
    "velero restore describe": "velero restore describe {name} --details",
    "velero restore get": "velero restore get",
    "velero restore logs": "velero restore logs {name}",
    "velero schedule describe": "velero schedule describe {name}",
    "velero schedule get": "velero schedule get",
}
REFUSES = {"velero install"}
FETCHING = {each for each, line in LOOKS.items() if "logs" in line or "--details" in line}
"""Looks that make a DownloadRequest: who only looks has no right to write, not even for that."""


def names(*kinds: OperationKind) -> set[str]:
    return {each.name for each in REGISTRY if each.kind in kinds and each.name.startswith("velero ")}


def test_every_operation_is_looked_at() -> None:
    assert set(CHANGES) == names(OperationKind.CHANGE)
    assert set(LOOKS) | REFUSES == names(OperationKind.READ, OperationKind.PROBE)


async def things(shop: Shop, config: Config) -> str:
    """A completed backup, a completed restore and schedules; gives their name."""
    name = f"rights-{token_hex(3)}"
    await shop.apply(team_documents(config, REGISTRY, namespace=HOME))
    admin = shop.admin

    def make(plural: str, kind: str, name: str, spec: dict[str, Any]) -> None:
        body = {"apiVersion": "velero.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        admin.create(f"{API}/{plural}", body)

    scope = {"includedNamespaces": [shop.namespace]}
    await asyncio.to_thread(make, "backups", "Backup", name, scope)
    await shop.until(f"{API}/backups/{name}", _is_completed)
    await asyncio.to_thread(make, "restores", "Restore", name, {"backupName": name})
    await shop.until(f"{API}/restores/{name}", _is_completed)
    for each, paused in ((name, False), (f"paused-{name}", True)):
        spec = {"schedule": "0 2 * * *", "template": scope, "paused": paused}
        await asyncio.to_thread(make, "schedules", "Schedule", each, spec)
    return name


def _is_completed(found: dict[str, Any]) -> bool:
    return (found.get("status") or {}).get("phase") == "Completed"


async def person(shop: Shop, config: Config, connect: Connect, name: str, team: str) -> Acting:
    found = await acting(shop, config, connect, Impersonation(f"kajitori:{name}", (f"kajitori:{team}",)))
    return Acting(
        cluster=found.cluster,
        who=found.who,
        person=found.person,
        name=found.name,
        title=found.title,
        clock=found.clock,
        bot=found.bot,
        own=OwnConfig(),
        stores=("127.0.0.1",),
    )


async def test_changes_are_planned_and_rehearsed(
    shop: Shop, config: Config, connect: Connect, velero_server: VeleroServer
) -> None:
    alice = await person(shop, config, connect, "alice", "developers")
    name = await things(shop, config)
    for line in CHANGES.values():
        parsed = parse(f"{line.format(name=name)} -n {HOME}", REGISTRY)
        planned = await plan_change(alice, parsed.operation, parsed.arguments, timeout=5)
        assert not isinstance(planned, Nothing), line
        assert len(planned.rehearsals) == len(planned.plan.calls) > 0


async def test_whoever_may_only_look_looks_and_plans_nothing(
    shop: Shop, config: Config, connect: Connect, velero_server: VeleroServer
) -> None:
    dave = await person(shop, config, connect, "dave", "readers")
    alice = await person(shop, config, connect, "alice", "developers")
    name = await things(shop, config)
    for operation, line in LOOKS.items():
        parsed = parse(f"{line.format(name=name)} -n {HOME}", REGISTRY)
        assert parsed.operation.run is not None
        if operation in FETCHING:
            with pytest.raises(Refused, match="downloadrequests"):
                await parsed.operation.run(dave.reader(), parsed.arguments)
        looking = alice if operation in FETCHING else dave
        assert isinstance(await parsed.operation.run(looking.reader(), parsed.arguments), View)
    for line in CHANGES.values():
        parsed = parse(f"{line.format(name=name)} -n {HOME}", REGISTRY)
        with pytest.raises(NotAllowed):
            await plan_change(dave, parsed.operation, parsed.arguments, timeout=5)
    tried = shop.control_plane.audit_entries(user="kajitori:dave", verbs=("create", "patch", "update", "delete"))
    assert [each for each in tried if each["responseStatus"]["code"] < 300] == []
    with pytest.raises(Refused, match="not installed from a chat"):
        install = parse(f"velero install -n {HOME}", REGISTRY)
        assert install.operation.run is not None
        await install.operation.run(dave.reader(), install.arguments)
