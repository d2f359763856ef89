"""Conflicts, patches, dry runs and deletions of a ConfigMap; lists and what is nowhere."""

from __future__ import annotations

from typing import Final

from tests.simulator.asking import (
    APP,
    CORE,
    JSON_PATCH,
    MAP,
    MERGE,
    probe,
)

OBJECTS: Final = (
    probe("create", "POST", f"{CORE}/configmaps", {"metadata": {"name": "a"}, "data": {"k": "v", "x": "y"}}),
    probe("create again", "POST", f"{CORE}/configmaps", {"metadata": {"name": "a"}}),
    probe("create in no namespace", "POST", "/api/v1/namespaces/nowhere/configmaps", {"metadata": {"name": "a"}}),
    probe("create without a name", "POST", f"{CORE}/configmaps", {"metadata": {}}),
    probe("create with a bad name", "POST", f"{CORE}/configmaps", {"metadata": {"name": "A_b"}}),
    probe("create with a version", "POST", f"{CORE}/configmaps", {"metadata": {"name": "b", "resourceVersion": "1"}}),
    probe(
        "create for another namespace", "POST", f"{CORE}/configmaps", {"metadata": {"name": "b", "namespace": "other"}}
    ),
    probe("create dry", "POST", f"{CORE}/configmaps", {"metadata": {"name": "dry"}}, query={"dryRun": "All"}),
    probe("a dry creation left nothing", "GET", f"{CORE}/configmaps/dry"),
    probe("get", "GET", MAP),
    probe("get what is missing", "GET", f"{CORE}/configmaps/b"),
    probe("get in a namespace that is missing", "GET", "/api/v1/namespaces/nowhere/configmaps/b"),
    probe("list in a namespace that is missing", "GET", "/api/v1/namespaces/nowhere/configmaps"),
    probe("get what is nowhere", "GET", "/apis/apps/v1/namespaces/probe/things/a"),
    probe("get of no group", "GET", "/apis/nobody.example/v1/things"),
    probe("merge", "PATCH", MAP, {"data": {"k": "w", "x": None}}, content_type=MERGE, query={"fieldManager": "one"}),
    probe(
        "merge of nothing by another",
        "PATCH",
        MAP,
        {"data": {"k": "w"}},
        content_type=MERGE,
        query={"fieldManager": "two"},
    ),
    probe("merge by another", "PATCH", MAP, {"data": {"k": "z"}}, content_type=MERGE, query={"fieldManager": "two"}),
    probe(
        "merge of an old version", "PATCH", MAP, {"metadata": {"resourceVersion": "1"}, "data": {}}, content_type=MERGE
    ),
    probe(
        "merge of the current version",
        "PATCH",
        MAP,
        {"metadata": {"resourceVersion": "$resourceVersion"}, "data": {"n": "1"}},
        content_type=MERGE,
        of=MAP,
    ),
    probe(
        "merge of another uid", "PATCH", MAP, {"metadata": {"uid": "another"}, "data": {"n": "2"}}, content_type=MERGE
    ),
    probe("merge dry", "PATCH", MAP, {"data": {"dry": "run"}}, content_type=MERGE, query={"dryRun": "All"}),
    probe("a dry merge changed nothing", "GET", MAP),
    probe("dry run of another kind", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"dryRun": "Some"}),
    probe(
        "test that fails", "PATCH", MAP, [{"op": "test", "path": "/data/k", "value": "other"}], content_type=JSON_PATCH
    ),
    probe(
        "test that holds",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/k", "value": "z"}, {"op": "add", "path": "/data/t", "value": "1"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of what is absent for null",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/none", "value": None}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of what is absent",
        "PATCH",
        MAP,
        [{"op": "test", "path": "/data/none", "value": "x"}],
        content_type=JSON_PATCH,
    ),
    probe(
        "replace of what is absent",
        "PATCH",
        MAP,
        [{"op": "replace", "path": "/data/none", "value": "x"}],
        content_type=JSON_PATCH,
    ),
    probe("remove of what is absent", "PATCH", MAP, [{"op": "remove", "path": "/data/none"}], content_type=JSON_PATCH),
    probe(
        "add below what is absent",
        "PATCH",
        MAP,
        [{"op": "add", "path": "/none/x", "value": 1}],
        content_type=JSON_PATCH,
    ),
    probe(
        "test of the version",
        "PATCH",
        MAP,
        [
            {"op": "test", "path": "/metadata/resourceVersion", "value": "$resourceVersion"},
            {"op": "test", "path": "/metadata/uid", "value": "$uid"},
            {"op": "replace", "path": "/data/t", "value": "2"},
        ],
        content_type=JSON_PATCH,
        of=MAP,
    ),
    probe("a patch of no known kind", "PATCH", MAP, {}, content_type="application/json"),
    probe(
        "put",
        "PUT",
        MAP,
        {"metadata": {"name": "a", "resourceVersion": "$resourceVersion"}, "data": {"q": "1"}},
        of=MAP,
    ),
    probe("put of an old version", "PUT", MAP, {"metadata": {"name": "a", "resourceVersion": "1"}, "data": {}}),
    probe("put of another name", "PUT", MAP, {"metadata": {"name": "b"}, "data": {}}),
    probe("delete of another uid", "DELETE", MAP, {"preconditions": {"uid": "another"}}),
    probe(
        "delete of an old version", "DELETE", MAP, {"preconditions": {"uid": "$uid", "resourceVersion": "1"}}, of=MAP
    ),
    probe("delete dry", "DELETE", MAP, {"dryRun": ["All"], "preconditions": {"uid": "$uid"}}, of=MAP),
    probe("a write past its time", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"timeout": "1ns"}),
    probe("a time that is none", "PATCH", MAP, {"data": {}}, content_type=MERGE, query={"timeout": "soon"}),
    probe("delete", "DELETE", MAP, {"preconditions": {"uid": "$uid"}}, of=MAP),
    probe("delete what is gone", "DELETE", MAP),
)

READS: Final = (
    probe("an unknown field", "GET", f"{CORE}/pods", query={"fieldSelector": "spec.color=red"}),
    probe("a selector that is none", "GET", f"{CORE}/pods", query={"labelSelector": "a in (b"}),
    probe("a continue token that is none", "GET", f"{CORE}/pods", query={"limit": "1", "continue": "x"}),
    probe("log of no pod", "GET", f"{CORE}/pods/none/log"),
    probe(
        "eviction of no pod",
        "POST",
        f"{CORE}/pods/none/eviction",
        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "none"}},
    ),
    probe("a collection is not put", "PUT", f"{CORE}/configmaps", {}),
    probe("an object is not posted to", "POST", f"{CORE}/configmaps/a", {"metadata": {"name": "a"}}),
    probe("an unknown subresource", "GET", f"{APP}/color"),
)
