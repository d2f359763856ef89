"""The same line as kubectl's, on the world it was recorded in, plans the request that kubectl sent; and its way back.

Meant differences: a key that is given twice is refused; what is so already is nothing to do; the last label
is removed by its own null, where kubectl sends a null for all of them.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commandline.grammar import parse
from bot.operations.metadata_changes import pairs_typed
from bot.operations.plan import Precondition
from bot.operations.ways_back import back_matches
from commands.labels import LABELLED
from tests.parity.world import GOLDEN, World, sent, was_sent
from tests.spaces.planning import ENFORCE, REGISTRY, nothing, plan, refused, said, shop, space, thing


@pytest.mark.parametrize("name", ["kubectl-label-namespace-overwrite", "kubectl-annotate", "kubectl-create-namespace"])
async def test_what_was_recorded_is_planned(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text())
    made = await plan(World(objects=golden["before"]["objects"]), " ".join(map(shlex.quote, golden["command"])))
    (asked,) = [each for each in golden["requests"] if each["method"] != "GET"]
    if asked["content_type"].endswith("protobuf"):
        asked = {**asked, "content_type": "application/json"}
    assert [sent(call) for call in made.calls] == [was_sent(asked)]


async def test_each_key_that_is_written_is_a_condition() -> None:
    made = await plan(shop(), "label deployment/app tier=api new=1 --overwrite")
    (call,) = made.calls
    assert call.body == {"metadata": {"labels": {"tier": "api", "new": "1"}}}
    assert call.uid == "u-app"
    assert call.preconditions == (
        Precondition(pointer="/metadata/labels/tier", value="web"),
        Precondition(pointer="/metadata/labels/new", value=None),
    )
    assert (str(made.before), str(made.after)) == ("tier=web, new-", "tier=api, new=1")


async def test_the_way_back_is_what_was_there() -> None:
    world = shop()
    made = await plan(world, "label deployment/app tier=api new=1 --overwrite")
    assert made.back is not None
    assert made.back.command_line == "label deployment/app tier=web new- --overwrite -n shop"
    world.send(made.calls)
    assert back_matches(made.back, (await plan(world, made.back.command_line)).calls)
    world.send((await plan(world, "label deployment/app tier=other --overwrite")).calls)
    assert not back_matches(made.back, (await plan(world, made.back.command_line)).calls)


async def test_several_objects_are_several_calls() -> None:
    other = thing("Deployment", "other", metadata={"labels": {"tier": "web"}})
    made = await plan(shop(other), "label deployment app other tier=api --overwrite")
    assert [each.target.name for each in made.calls] == ["app", "other"]
    assert made.back is not None
    assert len(made.back.calls) == 2


async def test_several_objects_with_other_values_before_have_no_way_back() -> None:
    other = thing("Deployment", "other", metadata={"labels": {"tier": "db"}})
    assert (await plan(shop(other), "label deployment app other tier=api --overwrite")).back is None


async def test_what_is_so_already_is_nothing_to_do() -> None:
    assert "has that already: tier=web" in await nothing(shop(), "label deployment/app tier=web")
    assert "has no old" in await nothing(shop(), "label deployment/app old-")


async def test_a_key_that_is_there_is_not_written_over_unasked() -> None:
    said_ = await refused(shop(), "label deployment/app tier=api")
    assert "tier already has a value (web), and --overwrite is false" in said_


async def test_a_change_cause_is_always_written_over() -> None:
    cause = {"annotations": {"kubernetes.io/change-cause": "before"}}
    made = await plan(
        shop(thing("Deployment", "app", metadata=cause)), "annotate deploy/app kubernetes.io/change-cause=now"
    )
    assert made.calls[0].body == {"metadata": {"annotations": {"kubernetes.io/change-cause": "now"}}}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("label deployment/app", "at least one label update is required"),
        ("annotate deployment/app", "at least one annotation update is required"),
        ("label deployment/app a=b a-", "can not both modify and remove a label in the same command"),
        ("annotate deployment/app a=b a-", "can not both modify and remove an annotation in the same command"),
        ("label deployment/app a=b a=c", "a is given twice"),
        ("label deployment/app a=b=c", "invalid label spec: a=b=c"),
        ("label deployment/app 'a=b c'", "invalid label value: a=b c"),
        ("label deployment/app a=-b", "a valid label must be an empty string or consist of"),
        (f"label deployment/app a={'b' * 64}", "must be no more than 63 characters"),
        ("label deployment/app _a=b", "name part must consist of"),
        (f"label deployment/app {'a' * 64}=b", "name part must consist of at most 63"),
        ("label deployment/app /a=b", "prefix part"),
        ("label deployment/app A.b/c=d", "prefix part"),
        ("label deployment/app =b", "name part"),
        ("label tier=web", "required resource not specified"),
        ("label app tier=web", "one or more resources must be specified as <resource> <name> or <resource>/<name>"),
        ("label secret/db tier=web", "the server doesn't have a resource type secret"),
        ("label node/a zone=b", "not supported for nodes"),
        ("label configmap/a zone=b", "not supported for configmaps"),
        ("label namespace shop namespace other a=b", "one at a time"),
        ("label namespace shop other a=b", "one at a time"),
        ("label deployment/none a=b", "not found"),
        ("label deployment/app a=b --dry-run=server", "Every change is tried"),
    ],
)
async def test_bad_input_is_refused_in_kubectls_words(line: str, why: str) -> None:
    world = shop()
    assert why in await refused(world, line)


async def test_a_namespaces_own_labels_need_more_votes() -> None:
    made = await plan(shop(), "label namespace shop team=payments")
    assert made.destructive
    assert "Network policies" in said(made)
    assert made.pinned["namespace"] == "shop"


async def test_it_is_done_in_the_namespace_that_is_named() -> None:
    made = await plan(shop(space("other")), "label ns/other team=payments -n shop")
    assert made.pinned["namespace"] == "other"


async def test_a_tool_that_manages_it_is_named() -> None:
    managed = thing("Deployment", "app", metadata={"labels": {"argocd.argoproj.io/instance": "pay"}})
    assert "Argo CD keeps it (application/pay)" in said(await plan(shop(managed), "annotate deploy/app note=1"))


def test_no_secret_can_be_labelled() -> None:
    assert not any(kind.plural in ("secrets", "configmaps", "nodes") for kind in LABELLED)


@pytest.mark.parametrize(
    "before",
    ["x" * 501, "two\nlines", "say «no»", "a <b> & c", "password=hunter2hunter2", "xoxb-123456-abcdef"],
)
async def test_a_value_that_cannot_be_typed_has_no_way_back(before: str) -> None:
    old = thing("Deployment", "app", metadata={"annotations": {"note": before}})
    assert (await plan(shop(old), "annotate deploy/app note=new --overwrite")).back is None


async def test_a_value_that_may_be_a_secret_is_not_shown() -> None:
    old = thing("Deployment", "app", metadata={"annotations": {"api-token": "hunter2"}})
    made = await plan(shop(old), "annotate deploy/app api-token-")
    assert "hunter2" not in f"{made.before}{made.after}{made.back}"
    assert made.back is None


@pytest.mark.parametrize("verb", ["annotate", "label"])
@pytest.mark.parametrize("kind", ["deploy/app", "svc/front", "pod/app-1-x", "ns/shop"])
@pytest.mark.parametrize(
    "key", ["smtp-auth", "dsn", "db_pw", "session-key", "api-token", "example.com/password", "sessionkey"]
)
async def test_what_looks_like_a_secret_is_not_taken(verb: str, kind: str, key: str) -> None:
    said = await refused(shop(), f"{verb} {kind} team=a {key}=hunter2")
    assert f"{key} looks like a secret, and Slack keeps what is typed" in said
    assert "hunter2" not in said


async def test_nor_is_one_beside_a_pod_security_level() -> None:
    assert "smtp-auth looks like a secret" in await refused(
        shop(), f"label ns/shop {ENFORCE}=baseline smtp-auth=hunter2"
    )


async def test_nor_is_an_address_with_a_password() -> None:
    said = await refused(shop(), "annotate deploy/app note=postgres://u:hunter2@h --overwrite")
    assert "note looks like a secret" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("verb", ["annotate", "label"])
async def test_a_secret_can_be_taken_away_and_is_not_brought_back(verb: str) -> None:
    field = "annotations" if verb == "annotate" else "labels"
    old = thing("Deployment", "app", metadata={field: {"smtp-auth": "hunter2"}})
    made = await plan(shop(old), f"{verb} deploy/app smtp-auth-")
    assert made.calls and made.back is None
    assert "hunter2" not in f"{made.before}{made.after}"


async def test_an_address_with_a_password_that_is_there_is_not_shown() -> None:
    old = thing("Deployment", "app", metadata={"annotations": {"note": "postgres://u:hunter2@h/x"}})
    made = await plan(shop(old), "annotate deploy/app note=new --overwrite")
    assert "hunter2" not in f"{made.before}{made.after}{made.back}"
    assert "hunter2" not in await refused(shop(old), "annotate deploy/app note=new")


@given(value=st.text(max_size=40))
def test_what_is_brought_back_is_what_was_there(value: str) -> None:
    words = pairs_typed("annotations", {"note": value})
    if words is None:
        return
    line = shlex.join(["annotate", "deployment/app", *words, "-n", "shop"])
    parsed: Any = parse(line, REGISTRY).arguments
    assert parsed.pairs == (f"note={value}",)


def test_the_recorded_level_is_the_one_that_is_read() -> None:
    assert ENFORCE == "pod-security.kubernetes.io/enforce"
