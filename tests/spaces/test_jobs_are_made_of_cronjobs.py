"""`create job --from`: kubectl's Job, under a name that is pinned; its way back deletes it while it is ours."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.operations.jobs import job_name
from bot.operations.plan import Fact, Plan, Precondition, Wait
from bot.operations.ways_back import back_matches
from tests.parity.world import NOW, World
from tests.spaces.planning import ask, cron_job, nothing, plan, refused, said, shop, thing

CREATE = "kubectl create job run --from=cronjob/nightly"


def made_here(request: str = "12", **status: Any) -> dict[str, Any]:
    annotations = {"cronjob.kubernetes.io/instantiate": "manual"}
    metadata = {"labels": {"kajitori.dev/request": request}, "annotations": annotations}
    return thing("Job", "run", metadata=metadata, spec={}, status=status)


async def test_it_is_what_kubectl_makes_of_the_template() -> None:
    made = await plan(shop(), CREATE)
    (call,) = made.calls
    pod = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:v1"}]}}
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "u-nightly", "controller": True}
    assert (call.method, call.path) == ("POST", "/apis/batch/v1/namespaces/shop/jobs")
    assert call.body == {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": "run",
            "namespace": "shop",
            "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
            "ownerReferences": [owner],
            "labels": {"app": "nightly"},
        },
        "spec": {"backoffLimit": 1, "template": pod},
        "status": {},
    }


async def test_it_is_what_kubectl_was_recorded_to_make() -> None:
    recorded = json.loads((Path(__file__).parent / "kubectl_create_job.json").read_text())
    made = await plan(World(objects=[recorded["cronjob"]]), " ".join(recorded["command"]))
    assert made.calls[0].body == recorded["job"]


async def test_the_template_is_a_fact() -> None:
    world = shop()
    made = await plan(world, CREATE)
    (fact,) = made.facts
    template = cron_job()["spec"]["jobTemplate"]
    assert fact == Fact(target=fact.target, pointer="/spec/jobTemplate", value=template, uid="u-nightly")
    assert fact.target.reference == "cronjob/nightly"


async def test_without_a_name_the_minute_makes_one_and_it_is_pinned() -> None:
    world = shop()
    made = await plan(world, "create job --from=cj/nightly")
    assert made.pinned["name"] == "nightly-manual-2611250308"
    world.now = NOW + timedelta(minutes=5)
    again = await plan(world, f"create job {made.pinned['name']} --from=cronjob/nightly")
    assert again.calls == made.calls


def test_a_long_name_leaves_room() -> None:
    assert len(job_name("a" * 52, NOW)) <= 63


async def test_it_is_followed_unless_that_is_not_wanted() -> None:
    made = await plan(shop(), CREATE)
    assert isinstance(made.steps[1], Wait)
    assert made.steps[1].condition == "job-finished"
    assert len((await plan(shop(), f"{CREATE} --wait=false")).steps) == 1


async def test_its_own_deadline_bounds_the_following() -> None:
    template = {"spec": {"activeDeadlineSeconds": 100, "template": {}}}
    wait = (await plan(shop(cron_job(jobTemplate=template)), CREATE)).steps[1]
    assert isinstance(wait, Wait)
    assert wait.deadline == 130


async def test_the_pods_of_several_are_counted() -> None:
    template = {"spec": {"parallelism": 3, "completions": 5, "template": {}}}
    assert (await plan(shop(cron_job(jobTemplate=template)), CREATE)).impact.pods == 3


async def test_what_runs_beside_it_and_what_is_suspended_is_said() -> None:
    running = cron_job(suspend=True) | {"status": {"active": [{"name": "a"}]}}
    warnings = said(await plan(shop(running), CREATE))
    assert "Jobs of it that run now: 1" in warnings
    assert "Its schedule is suspended" in warnings


async def deletion(world: World) -> Plan:
    return await plan(world, "delete job run")


async def test_the_way_back_deletes_it_without_a_vote_while_it_is_of_that_request() -> None:
    made = await plan(shop(), CREATE)
    assert made.back is not None
    assert made.back.command_line == "delete job run -n shop"
    calls = (await deletion(shop(made_here("12")))).calls
    assert calls[0].body == {"propagationPolicy": "Background"}
    assert back_matches(made.back, calls, request=12)
    assert not back_matches(made.back, calls, request=13)
    assert not back_matches(made.back, calls)
    stranger = msgspec.structs.replace(calls[0], preconditions=())
    assert not back_matches(made.back, (stranger,), request=12)


async def test_a_job_is_deleted_as_the_very_one_that_it_is() -> None:
    made = await deletion(shop(made_here(active=2)))
    assert made.destructive
    assert made.calls[0].uid == "u-run"
    assert Precondition(pointer="/metadata/labels/kajitori.dev~1request", value="12") in made.calls[0].preconditions
    assert "its pods are stopped in the middle of their work" in said(made)
    assert made.impact.pods == 2


@pytest.mark.parametrize("missing", ["labels", "annotations"])
async def test_a_job_that_was_not_made_here_is_left_alone(missing: str) -> None:
    other = made_here()
    del other["metadata"][missing]
    assert "was not made here" in await refused(shop(other), "delete job run")


async def test_a_job_that_goes_already_is_nothing_to_do() -> None:
    going = made_here()
    going["metadata"]["deletionTimestamp"] = "2026-11-25T03:00:00Z"
    assert "is being deleted already" in await nothing(shop(going), "delete job/run")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("create job run", "--from=cronjob/NAME must be specified"),
        ("create job run --from=cronjob/weekly", "not found"),
        ("create job run --from=deployment/app", "from must be an existing cronjob"),
        ("create job run --from=cronjob/", "must have a single resource and name"),
        ("create job Run_1 --from=cronjob/nightly", "cannot be a job"),
        (f"create job {'a' * 64} --from=cronjob/nightly", "at most 63"),
        ("create job run --from=cronjob/nightly --dry-run=client", "Every change is tried"),
        ("create job run --image=busybox", "has no flag --image"),
        ("delete job", "required resource not specified"),
        ("delete job none", "not found"),
        ("delete job deployment/app", "not supported for deployments"),
        ("cronjob suspend", "required resource not specified"),
        ("cronjob suspend weekly", "not found"),
        ("cronjob suspend deployment/app", "not supported for deployments"),
    ],
)
async def test_bad_input_is_refused(line: str, why: str) -> None:
    assert why in await refused(shop(), line)


async def test_a_name_that_is_taken_is_refused() -> None:
    assert "jobs.batch run already exists" in await refused(shop(thing("Job", "run")), CREATE)


async def test_a_template_that_bears_our_label_is_refused() -> None:
    template = {"metadata": {"labels": {"kajitori.dev/request": "1"}}, "spec": {"template": {}}}
    assert "says that I made it" in await refused(shop(cron_job(jobTemplate=template)), CREATE)


@pytest.mark.parametrize(("verb", "before"), [("suspend", False), ("resume", True)])
async def test_a_schedule_is_stopped_and_goes_on(verb: str, before: bool) -> None:
    world = shop(cron_job(suspend=before))
    made = await plan(world, f"cronjob {verb} nightly")
    (call,) = made.calls
    assert (call.method, call.body) == ("PATCH", {"spec": {"suspend": not before}})
    assert str(call.content_type) == "application/strategic-merge-patch+json"
    assert call.preconditions == (Precondition(pointer="/spec/suspend", value=before),)
    assert made.back is not None
    world.send(made.calls)
    assert back_matches(made.back, (await plan(world, made.back.command_line)).calls)
    assert "already" in await nothing(world, f"cronjob {verb} nightly") or verb == "resume"


async def test_a_run_that_was_missed_is_warned_of() -> None:
    assert "may start at once" in said(await plan(shop(cron_job(suspend=True)), "cronjob resume nightly"))


async def test_nothing_else_is_read_of_a_job_that_is_there() -> None:
    world = shop(made_here())
    with pytest.raises(Exception, match="already exists"):
        await ask(world, CREATE)
    assert world.looked == [("get", "CronJob"), ("get", "Job")]
