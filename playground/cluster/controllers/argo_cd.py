"""Argo CD's controller, for Applications that say in an annotation what git has: compared, brought, put back.

    kajitori.test/git: |   manifests with the fields that git says; its digest is the revision

Without it an Application is left alone, so that a test can be Argo CD. Rules: `docs/user-guide/auto_sync.md`: one sync
for each revision, and more where it heals. No hooks, waves or pruning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final, final

import yaml

from playground.cluster.resources import APPLICATIONS, BY_KIND
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json, annotations_of
from playground.cluster.writes import Writer, Writes

GIT: Final = "kajitori.test/git"
KEEPS: Final = "argocd-controller"
OWN: Final = "argocd-application-controller"
DELAY: Final = 1.0
"""Cluster seconds from what it sees to what it does."""


@final
class ArgoCD:
    def __init__(self, writes: Writes) -> None:
        self._writes, self._store = writes, writes.store
        self._seen: dict[Key, float] = {}

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is APPLICATIONS:
            return (change.key,)
        own = (change.resource.kind, *change.key)
        return [
            (each["metadata"]["namespace"], each["metadata"]["name"])
            for each in self._store.list(APPLICATIONS)
            if any((it["kind"], it["namespace"], it["name"]) == own for it in _listed(each))
        ]

    def reconcile(self, namespace: str, name: str) -> float | None:
        found = self._store.get(APPLICATIONS, namespace, name)
        if found is None or GIT not in annotations_of(found):
            return None
        said = annotations_of(found)[GIT]
        manifests: list[Json] = [each for each in yaml.safe_load_all(said) if each]
        revision = hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()
        differing = [each for each in manifests if self._differs(each)]
        if differing and _acts(found, revision):
            now = self._writes.pace.moment()
            due = self._seen.setdefault((namespace, name), now + DELAY)
            if now < due - 1e-6:
                self._tell(found, manifests, revision, brought=False)
                return due - now
            for each in differing:
                self._bring(each)
        self._seen.pop((namespace, name), None)
        self._tell(found, manifests, revision, brought=not differing or _acts(found, revision))
        return None

    def _live(self, manifest: Json) -> Json | None:
        metadata = manifest["metadata"]
        return self._store.get(
            BY_KIND[manifest["apiVersion"], manifest["kind"]], metadata["namespace"], metadata["name"]
        )

    def _differs(self, manifest: Json) -> bool:
        live = self._live(manifest)
        return live is None or laid_over(live, manifest) != live

    def _bring(self, manifest: Json) -> None:
        resource, metadata = BY_KIND[manifest["apiVersion"], manifest["kind"]], manifest["metadata"]
        live, writer = self._live(manifest), Writer(manager=KEEPS)
        if live is None:
            self._writes.create(resource, metadata["namespace"], manifest, writer)
            return
        wanted = laid_over(live, manifest)
        self._writes.update(resource, metadata["namespace"], metadata["name"], wanted, writer)

    def _tell(self, found: Json, manifests: list[Json], revision: str, *, brought: bool) -> None:
        rows = [self._row(each) for each in manifests]
        synced = all(each["status"] == "Synced" for each in rows)
        status: Json = {
            **(found.get("status") or {}),
            "sync": {"status": "Synced" if synced else "OutOfSync", "revision": revision},
            "health": {"status": "Healthy" if all(_is_well(self._live(each)) for each in manifests) else "Progressing"},
            "resources": rows,
        }
        if brought:
            status["operationState"] = {"phase": "Succeeded", "syncResult": {"revision": revision}}
        if status == found.get("status"):
            return

        def change(it: Json) -> None:
            it["status"] = status

        metadata = found["metadata"]
        self._writes.change(APPLICATIONS, metadata["namespace"], metadata["name"], change, Writer(manager=OWN))

    def _row(self, manifest: Json) -> Json:
        group, _, version = str(manifest["apiVersion"]).rpartition("/")
        metadata = manifest["metadata"]
        return {
            **({"group": group} if group else {}),
            "version": version,
            "kind": manifest["kind"],
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "status": "OutOfSync" if self._differs(manifest) else "Synced",
        }


def laid_over(live: Any, wanted: Any) -> Any:
    """What is there, with the fields that are wanted; lists of one length are compared member by member."""
    if isinstance(live, dict) and isinstance(wanted, dict):
        return {**live, **{key: laid_over(live.get(key), each) for key, each in wanted.items()}}
    if isinstance(live, list) and isinstance(wanted, list) and len(live) == len(wanted):
        return [laid_over(*each) for each in zip(live, wanted, strict=True)]
    return wanted


def _listed(application: Json) -> list[Json]:
    return (application.get("status") or {}).get("resources") or [] if GIT in annotations_of(application) else []


def _acts(application: Json, revision: str) -> bool:
    """Whether it syncs by itself what differs now."""
    policy = (application["spec"].get("syncPolicy") or {}).get("automated")
    if not isinstance(policy, dict) or policy.get("enabled") is False:
        return False
    state = (application.get("status") or {}).get("operationState") or {}
    return policy.get("selfHeal") is True or (state.get("syncResult") or {}).get("revision") != revision


def _is_well(live: Json | None) -> bool:
    """As far as it has replicas: whether all of them are available."""
    if live is None:
        return False
    status, wanted = live.get("status") or {}, live.get("spec", {}).get("replicas", 0)
    return bool(min(status.get(each, 0) for each in ("availableReplicas", "updatedReplicas")) >= wanted)
