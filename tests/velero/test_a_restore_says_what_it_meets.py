"""Before a restore is voted on: what is in the backup, what of it exists, whom it touches, what is left out."""

from __future__ import annotations

import pytest

from bot.errors import Refused
from bot.operations.velero.existing import Filters, Item
from tests.velero.worlds import backup, body_of, going, plan, said, thing, world

LINE = "velero restore create back --from-backup nightly"
CONTENTS = {
    "v1/Namespace": ["shop"],
    "v1/ConfigMap": ["shop/settings", "shop/other"],
    "v1/Secret": ["shop/password"],
    "apps/v1/Deployment": ["shop/app"],
    "example.com/v1/Widget": ["shop/w"],
    "v1/Event": ["shop/e"],
}


async def test_what_exists_is_counted_by_kind() -> None:
    here = world(backup(), thing("Deployment", "app"), thing("ConfigMap", "settings"), contents=CONTENTS)
    made = await plan(here, LINE)
    assert str(made.before) == "2 of 5 exist already"
    assert "stay as they are: configmaps 1, deployments 1." in said(made)
    assert "Not looked at: Secret, Widget." in said(made)
    assert made.touches == ("shop",)
    assert not made.destructive


async def test_changing_what_exists_is_destructive_and_holds_to_what_was_counted() -> None:
    here = world(backup(), thing("Deployment", "app"), contents=CONTENTS)
    made = await plan(here, f"{LINE} --existing-resource-policy=update")
    assert made.destructive
    assert body_of(made)["spec"]["existingResourcePolicy"] == "update"
    assert "u-Deployment-app" in [each.uid for each in made.facts]


async def test_nothing_that_would_be_restored_is_said() -> None:
    assert "Nothing in the backup" in said(
        await plan(world(backup(), contents=CONTENTS), f"{LINE} --include-resources jobs")
    )


async def test_another_namespace_is_looked_at_and_touched() -> None:
    here = world(backup(), thing("Deployment", "app", "copy"), contents=CONTENTS)
    made = await plan(here, f"{LINE} --namespace-mappings shop:copy --include-resources deployments")
    assert made.touches == ("copy", "shop")
    assert str(made.before) == "1 of 1 exist already"
    assert "shop → copy" in str(made.after)


@pytest.mark.parametrize(
    ("word", "count"),
    [("deploy", 1), ("deployments.apps", 1), ("cm", 2), ("Deployments", 1), ("widgets.example.com", 1)],
)
async def test_kinds_are_named_as_kubectl_does(word: str, count: int) -> None:
    made = await plan(world(backup(), contents=CONTENTS), f"{LINE} --include-resources {word}")
    assert str(made.before) == f"0 of {count} exist already"


async def test_the_bots_own_namespace_is_left_out_of_everything() -> None:
    contents = {"v1/ConfigMap": ["shop/a", "kajitori/policy"]}
    here = world(backup(includedNamespaces=["*"]), contents=contents, reserved="kajitori")
    made = await plan(here, LINE)
    assert body_of(made)["spec"]["excludedNamespaces"] == ["kajitori"]
    assert made.touches == ("shop",)
    assert "kajitori is left out" in said(made)
    assert "is left out: it holds" not in said(await plan(here, f"{LINE} --include-namespaces shop"))


async def test_objects_that_say_who_may_do_what_are_not_restored() -> None:
    new = {"certificates.k8s.io/v1beta1/ClusterTrustBundle": ["t"], "v1/ConfigMap": ["shop/a"]}
    here = world(backup(includedNamespaces=["*"]), contents=new)
    for line in (LINE, f"{LINE} --existing-resource-policy=update"):
        made = await plan(here, line)
        assert str(made.before) == "0 of 1 exist already"
        assert "clustertrustbundles.certificates.k8s.io" in body_of(made)["spec"]["excludedResources"]
        assert "say who may do what" in said(made)


async def test_without_the_list_the_namespaces_are_those_that_are_named() -> None:
    made = await plan(world(backup()), LINE)
    assert made.touches == ("shop",)
    assert "could not be counted" in said(made)
    everything = world(backup(includedNamespaces=["*"]), thing("Namespace", "shop", ""), thing("Namespace", "b", ""))
    assert (await plan(everything, LINE)).touches == ("b", "shop")


async def test_who_cannot_see_which_namespaces_it_would_change_names_them() -> None:
    here = world(backup(includedNamespaces=["*"]), forbidden=frozenset({"Namespace"}))
    with pytest.raises(Refused, match="cannot be told"):
        await plan(here, LINE)
    assert (await plan(here, f"{LINE} --include-namespaces shop")).touches == ("shop",)


async def test_a_backup_before_it_is_a_step_of_its_own_and_waited_for() -> None:
    made = await plan(world(backup(), contents=CONTENTS), f"{LINE} --backup-first")
    assert [(each.id, each.group, each.target.reference) for each in made.steps] == [
        ("step-1", 0, "backup/before-back"),
        ("step-2", 1, "backup/before-back"),
        ("step-3", 2, "restore/back"),
        ("step-4", 3, "restore/back"),
    ]
    first = made.calls[0].body
    assert isinstance(first, dict)
    assert first["spec"]["includedNamespaces"] == ["shop"]  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("filters", "taken"),
    [
        (Filters(), True),
        (Filters(namespaces=("shop",)), False),
        (Filters(namespaces=("shop",), cluster_wide=True), True),
        (Filters(cluster_wide=False), False),
        (Filters(without_namespaces=("kajitori",)), False),
        (Filters(without_namespaces=("kajitori",), cluster_wide=True), True),
        (Filters(without_resources=("storageclasses.storage.k8s.io",)), False),
    ],
)
def test_cluster_wide_objects_come_with_everything(filters: Filters, taken: bool) -> None:
    item = Item(group="storage.k8s.io", kind="StorageClass", namespace="", name="r")
    assert filters.takes(item) is taken


async def test_labels_are_not_in_the_list_so_the_count_says_so() -> None:
    assert "no notice of labels" in said(await plan(world(backup(), contents=CONTENTS), f"{LINE} --selector app=a"))


async def test_service_accounts_are_always_completed_and_it_says_so() -> None:
    contents = {"v1/ServiceAccount": ["shop/default"], "apps/v1/Deployment": ["shop/app"]}
    here = world(backup(), thing("ServiceAccount", "default"), thing("Deployment", "app"), contents=contents)
    warnings = said(await plan(here, LINE))
    assert "stay as they are: deployments 1." in warnings
    assert "Service accounts that get what they lack: 1." in warnings


async def test_a_namespace_that_is_being_deleted_is_not_restored_into() -> None:
    here = world(backup(), going(thing("Namespace", "shop", "")), contents=CONTENTS)
    with pytest.raises(Refused, match="shop is being deleted") as refused:
        await plan(here, LINE)
    assert "2026-11-30 13:50" in str(refused.value)
    assert "Nothing can be made in it until it is gone" in str(refused.value.why)
    assert "Ask again when it is gone" in str(refused.value.next)
    assert [each.command_line for each in refused.value.choices] == ["get namespace shop"]


async def test_it_is_where_the_objects_go_that_must_not_be_being_deleted() -> None:
    lost = world(backup(), going(thing("Namespace", "shop", "")), contents=CONTENTS)
    assert (await plan(lost, f"{LINE} --namespace-mappings shop:copy")).touches == ("copy", "shop")
    copy = world(backup(), going(thing("Namespace", "copy", "")), contents=CONTENTS)
    with pytest.raises(Refused, match="copy is being deleted"):
        await plan(copy, f"{LINE} --namespace-mappings shop:copy")


async def test_it_is_refused_too_where_the_backups_own_list_cannot_be_read() -> None:
    with pytest.raises(Refused, match="shop is being deleted"):
        await plan(world(backup(), going(thing("Namespace", "shop", ""))), LINE)


async def test_whose_rights_in_it_went_first_is_told_all_the_same() -> None:
    here = world(backup(), going(thing("Namespace", "shop", "")), forbidden=frozenset({"Namespace"}))
    with pytest.raises(Refused, match="shop is being deleted"):
        await plan(here, LINE)


async def test_objects_that_are_being_deleted_neither_stay_nor_come_back() -> None:
    here = world(backup(), going(thing("Deployment", "app")), thing("ConfigMap", "settings"), contents=CONTENTS)
    made = await plan(here, f"{LINE} --include-resources deployments,configmaps")
    assert str(made.before) == "1 of 3 exist already"
    assert "stay as they are: configmaps 1." in said(made)
    assert "These are being deleted and do not come back by this: deployments 1." in said(made)


async def test_what_is_being_deleted_does_not_make_it_seem_that_all_exists() -> None:
    here = world(backup(), going(thing("Deployment", "app")), contents=CONTENTS)
    made = await plan(here, f"{LINE} --include-resources deployments")
    assert "All of it exists" not in said(made)
    assert str(made.before) == "0 of 1 exist already"


async def test_what_happened_since_the_backup_is_said_to_be_lost() -> None:
    note = str((await plan(world(backup(), contents=CONTENTS), LINE)).note)
    assert "2026-11-30 02:00" in note
    assert "12h before this was asked: what happened since is not in it." in note
