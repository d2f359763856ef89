"""Covered: which revisions are compared, how fields are named, that values stay hidden, the way back, refusals."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import NotFound, NotUnderstood
from bot.operations.view import View
from commands.diff import DiffArguments, diff, field_words
from tests.reading.conftest import RecordingReader

Cluster = Callable[..., RecordingReader]
OWNER = [{"kind": "Deployment", "name": "app", "uid": "u", "controller": True}]


def template(image: str, **container: Any) -> dict[str, Any]:
    made = {"name": "app", "image": f"registry.local/app:{image}"} | container
    return {"metadata": {"labels": {"app": "app"}}, "spec": {"containers": [made]}}


def revisions(*templates: dict[str, Any]) -> list[dict[str, Any]]:
    """A deployment whose template is the last one, and a ReplicaSet for each."""
    live = {
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "shop", "uid": "u", "generation": 1},
        "spec": {"selector": {"matchLabels": {"app": "app"}}, "template": templates[-1]},
        "status": {"observedGeneration": 1},
    }
    sets: list[dict[str, Any]] = []
    for number, each in enumerate(templates, 1):
        hashed = copy.deepcopy(each)
        labels = {"app": "app", "pod-template-hash": f"hash{number}"}
        hashed["metadata"]["labels"] = labels
        annotations = {"deployment.kubernetes.io/revision": str(number), "kubernetes.io/change-cause": f"v{number}"}
        metadata = {"name": f"app-hash{number}", "namespace": "shop", "labels": labels, "annotations": annotations}
        sets.append(
            {
                "kind": "ReplicaSet",
                "metadata": metadata | {"ownerReferences": OWNER},
                "spec": {"selector": {"matchLabels": labels}, "template": hashed},
            }
        )
    return [live, *sets]


async def shown(reader: RecordingReader, **flags: Any) -> View:
    view = await diff(reader, DiffArguments(targets=("deploy/app",), namespace="shop", **flags))
    assert isinstance(view, View) and view.sensitive
    return view


def rows(view: View) -> list[tuple[str, ...]]:
    return list(view.table.rows) if view.table else []


async def test_without_a_revision_it_is_the_last_change(cluster: Cluster) -> None:
    view = await shown(cluster(*revisions(template("v1"), template("v2"), template("v3"))))
    assert str(view.lines[0]) == "revision 2 → revision 3, live"
    assert rows(view) == [("containers app image", "registry.local/app:v2", "registry.local/app:v3")]
    assert [action.command_line for action in view.actions] == ["rollout undo deployment/app --to-revision=2 -n shop"]


@pytest.mark.parametrize(
    ("revision", "said", "back"),
    [
        ("1", "revision 1 → revision 3, live", 1),
        ("1..2", "revision 1 → revision 2", 0),
        ("3..1", "revision 3, live → revision 1", 0),
    ],
)
async def test_revisions_are_compared_as_named(cluster: Cluster, revision: str, said: str, back: int) -> None:
    view = await shown(cluster(*revisions(template("v1"), template("v2"), template("v3"))), revision=revision)
    assert str(view.lines[0]) == said
    assert len(view.actions) == bool(back)


async def test_variables_are_named_and_never_shown(cluster: Cluster) -> None:
    before = template("v1", env=[{"name": "DB", "value": "hunter2"}, {"name": "OLD", "value": "hunter2"}])
    after = template("v1", env=[{"name": "NEW", "value": "hunter3"}, {"name": "DB", "value": "hunter3"}])
    view = await shown(cluster(*revisions(before, after)))
    assert "hunter" not in repr(view)
    fields = {row[0]: row[1:] for row in rows(view)}
    assert fields["containers app env DB"] == ("set", "set to another value")
    assert fields["containers app env NEW"] == ("-", "set")
    assert fields["containers app env OLD"] == ("set", "-")


async def test_resources_probes_and_flags_are_fields_of_their_own(cluster: Cluster) -> None:
    before = template("v1", resources={"limits": {"memory": "512Mi"}}, args=["--password=hunter2"])
    after = template("v1", resources={"limits": {"memory": "256Mi"}}, args=["--password=hunter3", "-v"])
    after["spec"]["containers"].append({"name": "proxy", "image": "proxy:v1"})
    view = await shown(cluster(*revisions(before, after)))
    fields = {row[0]: row[1:] for row in rows(view)}
    assert fields["containers app resources limits memory"] == ("512Mi", "256Mi")
    assert fields["containers proxy"] == ("-", "name=proxy, image=proxy:v1")
    assert "hunter" not in repr(view)


async def test_values_that_would_deceive_are_shown_plain(cluster: Cluster) -> None:
    before, after = template("v1"), template("v1")
    after["metadata"]["annotations"] = {"note": "a\x1b[31m\u202eb\n<!channel>"}
    view = await shown(cluster(*revisions(before, after)))
    assert ("metadata annotations", "-", "note=a\ufffdb <!channel>") in rows(view)


async def test_the_same_templates_say_so_and_offer_nothing(cluster: Cluster) -> None:
    view = await shown(cluster(*revisions(template("v1"), template("v2"))), revision="2..2")
    assert "The templates are the same." in [str(line) for line in view.lines]
    assert view.table is None and view.actions == ()


@pytest.mark.parametrize("revision", ["x", "0", "1..", "-1", "1...2", "2..x"])
async def test_what_is_no_revision_is_refused_before_anything_is_read(cluster: Cluster, revision: str) -> None:
    reader = cluster(*revisions(template("v1"), template("v2")))
    with pytest.raises(NotUnderstood, match="is no revision"):
        await shown(reader, revision=revision)
    assert reader.asked == []


async def test_a_revision_that_is_gone_is_told_in_kubectls_words(cluster: Cluster) -> None:
    with pytest.raises(NotFound, match="unable to find specified revision 9 in history"):
        await shown(cluster(*revisions(template("v1"), template("v2"))), revision="9")


async def test_recorded_revisions_are_compared(golden: Callable[..., Any]) -> None:
    cluster, recorded = golden("kubectl-rollout-history")
    view = await diff(
        cluster, DiffArguments(targets=("deployment/app",), namespace=recorded["command"][-1], revision="1..3")
    )
    assert isinstance(view, View)
    assert rows(view) == [("containers app image", "registry.local/app:v1", "registry.local/app:v3")]


def test_a_pointer_is_written_with_names() -> None:
    found = {"spec": {"containers": [{"name": "app", "ports": [{"containerPort": 1}]}]}}
    assert field_words("/spec/containers/0/ports/0/containerPort", found) == "containers app ports 0 containerPort"
    assert field_words("/metadata/annotations/a~1b", found) == "metadata annotations a/b"
