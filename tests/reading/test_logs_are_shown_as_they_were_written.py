"""Covered: which pod and container is read and that it is said, what kubectl asks, containers that wait or crashed,
filters, long and hostile logs, following, missing pods and rights. Left out: the stream itself (tests/kubernetes)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.view import Follow, View
from commands.logs import LogsArguments, logs
from tests.reading.conftest import RecordingReader, pod

Cluster = Callable[..., RecordingReader]

ENDED = "2026-11-23T19:56:00Z"
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"name": "app", "namespace": "shop"},
    "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "app"}}},
}
CRASHED = {
    "name": "app",
    "restartCount": 7,
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}},
    "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "message": "DB_URL not set", "finishedAt": ENDED}},
}
TWO = {"containers": [{"name": "app"}, {"name": "proxy"}]}


async def shown(reader: RecordingReader, *targets: str, **flags: Any) -> View:
    view = await logs(reader, LogsArguments(targets=targets, namespace="shop", **flags))
    assert isinstance(view, View) and view.sensitive
    return view


def said(view: View) -> str:
    return "\n".join(map(str, view.lines))


def offered(view: View) -> list[str]:
    return [action.command_line for action in view.actions]


async def test_the_requests_are_those_of_kubectl(golden: Callable[..., Any]) -> None:
    cluster, recorded = golden("kubectl-logs-pod")
    namespace = recorded["command"][-1]
    await logs(cluster, LogsArguments(targets=("lonely",), tail=50, namespace=namespace))
    assert cluster.asked == [("get", "pods", ""), ("get", "pods", "log")]
    assert (cluster.options[0].container, str(cluster.options[0].tail)) == (
        recorded["requests"][1]["query"]["container"],
        recorded["requests"][1]["query"]["tailLines"],
    )


async def test_fifty_lines_are_the_default(cluster: Cluster) -> None:
    lines = [f"line {number}" for number in range(200)]
    reader = cluster(pod(), logs={("app-1", "app", False): lines})
    view = await shown(reader, "app-1")
    assert view.output.splitlines() == lines[-50:]


async def test_of_a_workload_the_pod_that_needs_a_look_is_read_and_the_others_offered(cluster: Cluster) -> None:
    reader = cluster(DEPLOYMENT, pod("app-1"), pod("app-2", containerStatuses=[CRASHED]))
    reader.logs = {("app-2", "app", False): ["boom"]}
    view = await shown(reader, "deploy/app")
    assert view.output == "boom"
    assert "Found 2 pods, using app-2." in said(view)
    assert "logs app-1 -n shop" in offered(view)


async def test_a_crash_is_explained_and_the_log_before_it_offered_first(cluster: Cluster) -> None:
    view = await shown(cluster(pod(containerStatuses=[CRASHED])), "app-1")
    assert "app is waiting: CrashLoopBackOff back-off 5m0s" in said(view)
    assert "app ended 4m ago: Error, exit code 1 DB_URL not set" in said(view)
    assert offered(view)[0] == "logs app-1 -c app --previous -n shop"


async def test_a_container_that_never_ran_is_explained_without_asking_for_its_log(cluster: Cluster) -> None:
    waiting = {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}}
    reader = cluster(pod(containerStatuses=[waiting]))
    view = await shown(reader, "app-1")
    assert "app is waiting: ImagePullBackOff not found" in said(view)
    assert "There is no log yet." in said(view)
    assert reader.options == []


async def test_without_a_restart_there_is_no_previous_log(cluster: Cluster) -> None:
    reader = cluster(pod())
    view = await shown(reader, "app-1", previous=True)
    assert "previous terminated container app in pod app-1 not found" in said(view)
    assert reader.options == []


async def test_a_pod_that_wrote_nothing_says_so(cluster: Cluster) -> None:
    view = await shown(cluster(pod()), "app-1")
    assert view.output == "" and "The log is empty." in said(view)


async def test_the_container_is_said_and_the_others_offered(cluster: Cluster) -> None:
    reader = cluster(pod(spec=TWO), logs={("app-1", "app", False): ["a"]})
    view = await shown(reader, "app-1")
    assert "Defaulted container app out of: app, proxy" in said(view)
    assert "logs app-1 -c proxy -n shop" in offered(view)


@pytest.mark.parametrize(
    ("targets", "container"), [(("app-1", "proxy"), "proxy"), (("pod", "app-1"), "app"), (("Pod/app-1",), "app")]
)
async def test_the_second_word_is_the_container_unless_the_first_is_a_kind(
    cluster: Cluster, targets: tuple[str, ...], container: str
) -> None:
    running = [{"name": name, "ready": True, "state": {"running": {}}} for name in ("app", "proxy")]
    reader = cluster(pod(spec=TWO, containerStatuses=running))
    await shown(reader, *targets)
    assert [options.container for options in reader.options] == [container]


async def test_the_annotated_container_is_the_default(cluster: Cluster) -> None:
    annotated = {"annotations": {"kubectl.kubernetes.io/default-container": "proxy"}}
    view = await shown(cluster(pod(spec=TWO, metadata=annotated)), "app-1")
    assert "Defaulted container proxy" in said(view)


async def test_an_unknown_container_is_refused_with_those_there_are(cluster: Cluster) -> None:
    reader = cluster(pod(spec=TWO))
    with pytest.raises(NotFound, match="container prox not found in pod app-1") as caught:
        await shown(reader, "app-1", container="prox")
    assert "proxy" in str(caught.value.next)
    assert reader.options == []


async def test_a_filter_searches_more_than_it_shows_and_forgives_capitals(cluster: Cluster) -> None:
    lines = [f"{'TIMEOUT' if number % 100 == 0 else 'ok'} {number}" for number in range(1_000)]
    reader = cluster(pod(), logs={("app-1", "app", False): lines})
    view = await shown(reader, "app-1", grep="timeout")
    assert len(view.output.splitlines()) == 10
    view = await shown(reader, "app-1", grep="[")
    assert "No line has [." in said(view)


async def test_hostile_lines_are_shown_as_plain_text(cluster: Cluster) -> None:
    lines = ["\x1b[2J\x1b]0;pwned\x07<!channel> ```", "nul\x00byte", "a\rb", "\u202egnp.exe", "x" * 9_000]
    view = await shown(cluster(pod(), logs={("app-1", "app", False): lines}), "app-1")
    assert view.file is not None
    written = view.file.content.decode()
    assert written.startswith("<!channel> ```\nnul␀byte\na␍b\n\ufffdgnp.exe\n")
    assert len(view.output) <= 3_000


async def test_a_long_log_shows_its_end_and_keeps_all_in_a_file(cluster: Cluster) -> None:
    lines = [f"{number:04} " + "x" * 100 for number in range(500)]
    view = await shown(cluster(pod(), logs={("app-1", "app", False): lines}), "app-1", tail=-1)
    assert view.file is not None and view.file.name == "app-1-app.log"
    assert view.file.content.decode().splitlines() == lines
    assert view.output.splitlines()[-1] == lines[-1] and len(view.output) <= 3_000


async def test_lines_of_several_pods_say_whose_they_are(cluster: Cluster) -> None:
    names = [f"app-{number}" for number in range(7)]
    reader = cluster(*(pod(name) for name in names), logs={(name, "app", False): ["hi"] for name in names})
    view = await shown(reader, selector="app=app")
    assert len(view.output.splitlines()) == 5
    assert "[pod/app-0/app] hi" in view.output
    assert "Found 7 pods, using 5 of them." in said(view)


async def test_following_is_bounded_and_takes_the_filter_along(cluster: Cluster) -> None:
    follow = await logs(
        cluster(pod()), LogsArguments(targets=("app-1",), namespace="shop", follow=True, grep="error", tail=-1)
    )
    assert isinstance(follow, Follow)
    assert (follow.pods, follow.seconds, follow.match) == (("app-1",), 300, "error")
    assert follow.options.follow and follow.options.container == "app" and 0 < follow.options.tail <= 50


async def test_a_workloads_name_typed_as_a_pods_is_offered(cluster: Cluster) -> None:
    with pytest.raises(NotFound, match="pods app not found") as caught:
        await shown(cluster(DEPLOYMENT, pod("app-7d4f")), "app")
    assert [choice.command_line for choice in caught.value.choices] == [
        "logs deployment/app -n shop",
        "logs pod/app-7d4f -n shop",
    ]


async def test_who_may_not_read_logs_is_told_so(cluster: Cluster) -> None:
    with pytest.raises(Refused, match="may not get pods"):
        await shown(cluster(pod(), forbidden={("get", "pods", "log")}), "app-1")


@pytest.mark.parametrize(
    ("targets", "flags", "reason"),
    [
        ((), {}, "expected 'logs"),
        (("a", "b", "c"), {}, "expected 'logs"),
        (("a",), {"selector": "app=app"}, "only a selector"),
        (("a",), {"since": "yesterday"}, "invalid argument yesterday for --since"),
        (("a",), {"tail": -2}, "--tail must be greater than or equal to -1"),
        (("svc/a",), {}, "not supported for services"),
        (("a/../b",), {}, "slash"),
    ],
)
async def test_what_cannot_be_read_is_refused_before_anything_is_asked(
    cluster: Cluster, targets: tuple[str, ...], flags: dict[str, Any], reason: str
) -> None:
    reader = cluster(pod())
    with pytest.raises(NotUnderstood, match=reason):
        await shown(reader, *targets, **flags)
    assert reader.asked == []
