"""A backup made from a schedule is as the schedule would make it, but for what is not about this backup."""

from __future__ import annotations

from typing import Any

from tests.velero.worlds import NOW, Json, body_of, made, plan, said, world

LINE = "velero backup create --from-schedule daily"


def schedule(*, labels: Any = None, annotations: Any = None, template: Json | None = None, **spec: Any) -> Json:
    whole = {"schedule": "@daily", "template": template or {"includedNamespaces": ["shop"]}, **spec}
    metadata = {"labels": labels or {}, "annotations": annotations or {}}
    return made("Schedule", "daily", spec=whole, **metadata)


async def test_its_name_is_the_schedules_with_the_moment_and_stays_so() -> None:
    found = await plan(world(schedule()), LINE)
    name = f"daily-{NOW:%Y%m%d%H%M%S}"
    assert found.pinned["name"] == name
    assert body_of(found)["metadata"]["name"] == name


async def test_labels_of_the_template_come_before_the_schedules() -> None:
    template = {"metadata": {"labels": {"a": "template"}}, "includedNamespaces": ["shop"]}
    found = await plan(world(schedule(labels={"a": "schedule"}, template=template)), LINE)
    assert body_of(found)["metadata"]["labels"] == {"a": "template", "velero.io/schedule-name": "daily"}


async def test_the_label_of_the_request_that_made_the_schedule_stays_behind() -> None:
    found = await plan(world(schedule(labels={"kajitori.dev/request": "3", "team": "shop"})), LINE)
    assert body_of(found)["metadata"]["labels"] == {"team": "shop", "velero.io/schedule-name": "daily"}


async def test_what_kubectl_applied_stays_behind() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "x"}
    found = await plan(world(schedule(annotations=annotations)), LINE)
    assert body_of(found)["metadata"]["annotations"] == {"note": "x"}


async def test_it_belongs_to_the_schedule_where_that_says_so() -> None:
    found = await plan(world(schedule(useOwnerReferencesInBackup=True)), LINE)
    (owner,) = body_of(found)["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Schedule", "daily", "u-daily")
    assert "ownerReferences" not in body_of(await plan(world(schedule()), LINE))["metadata"]


async def test_commands_that_it_runs_in_pods_are_said() -> None:
    hooks = {"resources": [{"name": "freeze", "pre": [{"exec": {"command": ["/sbin/fsfreeze"]}}]}]}
    found = await plan(world(schedule(template={"includedNamespaces": ["shop"], "hooks": hooks})), LINE)
    assert "commands in pods" in said(found)


async def test_what_the_schedule_takes_is_a_fact() -> None:
    found = await plan(world(schedule()), LINE)
    assert "/spec/template" in [each.pointer for each in found.facts]
