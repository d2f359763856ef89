"""The reach of a restore is what Velero makes of its words, and policy and the bot's bounds are asked of all of it.

Velero 1.18 expands patterns (`pkg/util/collections`, gobwas/glob) and resolves kinds by discovery, so that words which
mean more than they say are refused; who may do what comes back by no restore.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import NotUnderstood, Refused
from bot.operations.velero.restoring import RestoreArguments
from bot.requests.planning import check_served
from commands.velero_restores import create_restore
from tests.velero.worlds import ask, backup, body_of, plan, said, thing, world

LINE = "velero restore create back --from-backup nightly"
ALL = {
    "v1/Secret": ["shop/password", "kajitori/token", "billing/card"],
    "apps/v1/Deployment": ["shop/app"],
    "rbac.authorization.k8s.io/v1/RoleBinding": ["shop/admins"],
    "rbac.authorization.k8s.io/v1/ClusterRole": ["all"],
    "storage.k8s.io/v1/StorageClass": ["fast"],
}
AUTHORITY = {
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
    "clusterroles.rbac.authorization.k8s.io",
    "clusterrolebindings.rbac.authorization.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
}


def everything(**more: Any) -> Any:
    return world(backup(includedNamespaces=["*"]), contents=ALL, reserved="kajitori", **more)


def spec_of(made: Any) -> Any:
    return body_of(made)["spec"]


@pytest.mark.parametrize(
    "words",
    [
        "--include-namespaces 'kajitor*'",
        "--include-namespaces 'kajitor?'",
        "--include-namespaces 'kajitor[i]'",
        "--include-namespaces '{kajitori,b}'",
        "--include-namespaces '*,shop'",
        "--include-namespaces '**'",
        "--include-namespaces Kajitori",
        "--include-namespaces ' kajitori'",
        "--include-namespaces 'a\\kajitori'",
        "--exclude-namespaces 'shop*'",
        "--exclude-namespaces '!shop'",
        "--include-resources 'sec*'",
        "--include-resources 'secret?'",
        "--include-resources 's[e]crets'",
        "--include-resources '{secrets}'",
        "--include-resources '*,pods'",
        "--include-resources secrets..x",
        "--include-resources 'Secret'",
        "--exclude-resources 'secret*'",
        "--exclude-resources '*'",
    ],
)
@pytest.mark.parametrize("line", [LINE, "velero backup create a", "velero schedule create s --schedule=@daily"])
async def test_words_that_mean_more_than_they_say_are_refused(line: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        await ask(everything(), f"{line} {words}")
    assert refused.value.next is not None


@pytest.mark.parametrize("word", ["secret", "secrets", "sec", "Deployment", "deploy"])
async def test_whatever_a_kind_is_called_every_namespace_of_the_backup_is_touched(word: str) -> None:
    made = await plan(everything(), f"{LINE} --include-resources {word}")
    assert made.touches == ("billing", "shop")


@pytest.mark.parametrize("word", ["deploy", "Deployment", "deployment.apps", "deployments.v1.apps", "deployments"])
async def test_a_kind_that_is_known_is_sent_by_its_full_name(word: str) -> None:
    made = await plan(everything(), f"{LINE} --include-resources {word}")
    assert spec_of(made)["includedResources"] == ["deployments.apps"]
    assert made.pinned["include_resources"] == ["deployments.apps"]
    other = await plan(everything(), f"velero backup create a --include-namespaces shop --exclude-resources {word}")
    assert spec_of(other)["excludedResources"] == ["deployments.apps"]


async def test_a_word_that_could_be_anything_counts_as_everything_unknown() -> None:
    assert str((await plan(everything(), f"{LINE} --include-resources secret")).before) == "0 of 2 exist already"
    assert str((await plan(everything(), f"{LINE} --include-resources sec")).before) == "0 of 2 exist already"


async def test_a_namespace_that_is_named_is_touched_though_nothing_of_it_was_counted() -> None:
    made = await plan(everything(), f"{LINE} --include-namespaces prod,shop --include-resources jobs")
    assert made.touches == ("prod", "shop")


@pytest.mark.parametrize("only", ["", "--include-namespaces shop", "--include-namespaces '*'"])
async def test_the_bots_own_namespace_is_always_left_out(only: str) -> None:
    made = await plan(everything(), f"{LINE} {only}")
    assert spec_of(made)["excludedNamespaces"] == ["kajitori"]
    assert "kajitori" not in made.touches
    by_hand = await plan(everything(), f"{LINE} {only} --exclude-namespaces kajitori")
    assert spec_of(by_hand)["excludedNamespaces"] == ["kajitori"]


@pytest.mark.parametrize(
    "words",
    [
        "--include-namespaces kajitori",
        "--include-namespaces shop,kajitori",
        "--namespace-mappings kajitori:shop",
        "--namespace-mappings shop:kajitori",
        "--include-namespaces shop --namespace-mappings kajitori:shop",
    ],
)
async def test_the_bots_own_namespace_is_neither_source_nor_destination(words: str) -> None:
    with pytest.raises(Refused, match="kajitori belongs to Kajitori itself") as refused:
        await plan(everything(), f"{LINE} {words}")
    assert refused.value.next is not None


async def test_both_ends_of_a_mapping_are_touched() -> None:
    made = await plan(everything(), f"{LINE} --include-namespaces billing --namespace-mappings billing:mine")
    assert made.touches == ("billing", "mine")
    one = await plan(everything(), f"{LINE} --include-namespaces shop --namespace-mappings billing:mine")
    assert one.touches == ("billing", "mine", "shop")


@pytest.mark.parametrize("words", ["shop:co*", "sh*:copy", "shop:Copy", "*:copy", "shop:a/b"])
async def test_a_mapping_names_namespaces(words: str) -> None:
    with pytest.raises(NotUnderstood):
        await plan(everything(), f"{LINE} --namespace-mappings '{words}'")


@pytest.mark.parametrize("policy", ["", "--existing-resource-policy=none", "--existing-resource-policy=update"])
async def test_who_may_do_what_never_comes_back_by_a_restore(policy: str) -> None:
    for here in (everything(), world(backup(), contents={"v1/ConfigMap": ["shop/a"]})):
        made = await plan(here, f"{LINE} {policy} --exclude-resources jobs --include-cluster-resources")
        assert set(spec_of(made)["excludedResources"]) >= {*AUTHORITY, "jobs.batch"}
        assert "say who may do what" in said(made)
    unread = await plan(world(backup()), LINE)
    assert set(spec_of(unread)["excludedResources"]) >= AUTHORITY


async def test_what_is_left_out_for_that_is_not_counted() -> None:
    made = await plan(everything(), f"{LINE} --include-namespaces shop")
    assert str(made.before) == "0 of 2 exist already"


@pytest.mark.parametrize(
    "word",
    [
        "roles",
        "role",
        "Role",
        "rolebindings.rbac.authorization.k8s.io",
        "clusterroles.rbac",
        "clusterrolebinding",
        "mutatingwebhookconfigurations",
        "pods,validatingadmissionpolicies",
        "anything.rbac.authorization.k8s.io",
    ],
)
async def test_who_names_what_says_who_may_do_what_is_told_why_not(word: str) -> None:
    with pytest.raises(Refused, match="comes back by no restore") as refused:
        await plan(everything(), f"{LINE} --include-resources {word}")
    assert refused.value.why is not None
    assert refused.value.next is not None
    await plan(everything(), f"{LINE} --exclude-resources {word.lower()}")


async def test_nothing_is_changed_that_could_not_be_counted() -> None:
    with pytest.raises(Refused, match="could not be read") as refused:
        await plan(world(backup()), f"{LINE} --existing-resource-policy update")
    assert refused.value.next is not None


async def test_without_the_list_a_restore_is_held_to_what_its_backup_was_asked_for() -> None:
    made = await plan(world(backup(), reserved="kajitori"), LINE)
    assert (spec_of(made)["includedNamespaces"], made.touches) == (["shop"], ("shop",))
    assert made.pinned["include_namespaces"] == ["shop"]


@pytest.mark.parametrize("asked", [["*"], ["kajitor*"], ["sh?p", "b"], []])
async def test_without_either_it_is_held_to_the_namespaces_that_exist(asked: list[str]) -> None:
    spaces = [thing("Namespace", each, "") for each in ("shop", "kajitori", "kube-system")]
    made = await plan(world(backup(includedNamespaces=asked), *spaces, reserved="kajitori"), LINE)
    assert (spec_of(made)["includedNamespaces"], made.touches) == (["kube-system", "shop"], ("kube-system", "shop"))
    assert "Only namespaces that exist now" in said(made)


@pytest.mark.parametrize("contents", [None, ALL], ids=["unread", "read"])
async def test_a_bot_that_serves_some_namespaces_restores_no_others(contents: Any) -> None:
    """Not by everything, not as the source of a mapping."""
    acting: Any = SimpleNamespace(name="prod", served=("velero", "shop"))
    spaces = [thing("Namespace", each, "") for each in ("shop", "kajitori", "kube-system")]
    here = world(backup(includedNamespaces=["*"]), *spaces, contents=contents, reserved="kajitori")
    for words in ("", "--include-namespaces billing --namespace-mappings billing:shop"):
        with pytest.raises(Refused, match="I do not serve"):
            check_served(acting, await plan(here, f"{LINE} {words}"))
    check_served(acting, await plan(here, f"{LINE} --include-namespaces shop"))


@pytest.mark.parametrize("words", ["--exclude-namespaces shop", "--include-namespaces '*' --exclude-namespaces shop"])
async def test_a_restore_that_is_held_to_nothing_is_refused(words: str) -> None:
    """Never an empty list of namespaces, which Velero reads as all of them."""
    with pytest.raises(Refused, match="cannot be told"):
        await plan(world(backup(), thing("Namespace", "shop", "")), f"{LINE} {words}")


async def test_planning_again_from_what_is_pinned_makes_the_same_request() -> None:
    for here in (everything(), world(backup())):
        made = await plan(here, f"{LINE} --include-resources deploy,secret --exclude-resources cm")
        again = await create_restore(here, RestoreArguments.model_validate(made.pinned))
        assert (again.calls, again.touches) == (made.calls, made.touches)


async def test_objects_without_a_namespace_stay_out_as_velero_has_it_and_it_says_so() -> None:
    made = await plan(everything(), LINE)
    assert str(made.before) == "0 of 3 exist already"
    assert "--include-cluster-resources" in said(made)
    all_of_it = await plan(everything(), f"{LINE} --include-cluster-resources")
    assert str(all_of_it.before) == "0 of 4 exist already"
    assert "--include-cluster-resources" not in said(all_of_it)


async def test_objects_without_a_namespace_are_asked_about_as_such_and_need_the_whole_cluster_served() -> None:
    here = everything()
    words = f"{LINE} --include-namespaces shop --include-cluster-resources"
    made = await plan(here, words)
    assert "" in made.namespaces, "a rule for one namespace does not decide for the cluster"
    assert "" in (await plan(world(backup(), contents=ALL), LINE)).touches, "everything takes them along by itself"
    assert "" not in (await plan(here, f"{LINE} --include-namespaces shop")).touches
    some: Any = SimpleNamespace(name="prod", served=("shop", "velero"))
    with pytest.raises(Refused, match="I do not serve the whole of prod"):
        check_served(some, made)
    whole: Any = SimpleNamespace(name="prod", served=())
    check_served(whole, made)
