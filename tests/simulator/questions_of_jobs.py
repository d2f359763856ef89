"""Jobs and CronJobs as they are written, dry where a controller would act on them; levels of Pod Security."""

from __future__ import annotations

from typing import Any, Final

from tests.simulator.asking import MERGE, STRATEGIC, probe
from tests.simulator.probing import NS

BATCH: Final = f"/apis/batch/v1/namespaces/{NS}"
NIGHTLY: Final = f"{BATCH}/cronjobs/nightly"
DRY: Final = {"dryRun": "All", "fieldManager": "maker"}
SPACE: Final = f"/api/v1/namespaces/{NS}"
ENFORCE: Final = "pod-security.kubernetes.io/enforce"


def job(name: str, *, labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    pod: dict[str, Any] = {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "app:v1"}]}}
    if labels:
        pod["metadata"] = {"labels": labels}
    return {"metadata": {"name": name}, "spec": {"template": pod, **spec}}


def cron_job(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": job("x")["spec"]}}}


def version(value: str) -> dict[str, Any]:
    return {"metadata": {"labels": {f"{ENFORCE}-version": value}}}


def level(value: str) -> dict[str, Any]:
    return {"metadata": {"labels": {ENFORCE: value}}}


JOBS: Final = (
    probe("a job, dry", "POST", f"{BATCH}/jobs", job("run"), query=DRY),
    probe("a job of labelled pods, dry", "POST", f"{BATCH}/jobs", job("run", labels={"app": "a"}), query=DRY),
    probe("a job of several, dry", "POST", f"{BATCH}/jobs", job("run", completions=3, parallelism=2), query=DRY),
    probe("a job with a queue, dry", "POST", f"{BATCH}/jobs", job("run", parallelism=2), query=DRY),
    probe("a cronjob", "POST", f"{BATCH}/cronjobs", cron_job("nightly"), query={"fieldManager": "maker"}),
    probe(
        "a cronjob suspended",
        "PATCH",
        NIGHTLY,
        {"spec": {"suspend": True}},
        content_type=STRATEGIC,
        query={"fieldManager": "stopper"},
    ),
    probe("a level that is none", "PATCH", SPACE, level("strict"), content_type=MERGE),
    probe("a version that is none", "PATCH", SPACE, version("1"), content_type=MERGE),
    probe("a level, dry", "PATCH", SPACE, level("baseline"), content_type=MERGE, query={"dryRun": "All"}),
)
