"""What kwok does to nodes and pods: its shipped stages made prompt, and pods that fail like real ones.

- Any pod is Ready within a second, and gone soon after it is deleted.
- An image whose name contains `:broken` cannot be pulled: ImagePullBackOff.
- An image whose name contains `:crash` ends with 1 again and again: CrashLoopBackOff, with a previous state.
- An image whose name contains `:held` starts and stays unready, until its pod gets the annotation `RELEASED`.
- A Job's pod ends soon after it is ready, and one of `:crash` ends with 1 and is not begun again.
- A pod uses 1m of processor and 1Mi of memory for each container, or what its annotations `CPU` and `MEMORY` say.
- The pod annotation `HOLD` keeps a pod unready, for as long as it says; `0s`, or taking it off, lets it go.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

Object = dict[str, Any]

HOLD: Final = "pod-ready.stage.kwok.x-k8s.io/delay"
CPU: Final = "kwok.x-k8s.io/usage-cpu"
MEMORY: Final = "kwok.x-k8s.io/usage-memory"
BROKEN: Final = ":broken"
CRASH: Final = ":crash"
HELD: Final = ":held"
RELEASED: Final = "kajitori.test/released"
PROMPT: Final = 100
"""Milliseconds a pod spends in each stage; kwok's own are 1 to 5 s."""

USAGE: Final = ("resource/metrics-resource.yaml", "usage/usage-from-annotation.yaml")
"""What a kubelet measures, and from where, of all that kwok ships of metrics."""

SHIPPED: Final = ("node/fast/node-initialize.yaml", "node/heartbeat/node-heartbeat.yaml", "pod/general/pod-*.yaml")

ADDRESSES: Final = """\
addresses:
- address: {{ NodeIP | Quote }}
  type: InternalIP
- address: {{ .metadata.name | Quote }}
  type: Hostname
"""

NOT_READY: Final = """\
{{ $now := Now }}
conditions:
- {type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .spec.containers }}
"""

UNTOUCHED: Final = """\
{{ else }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
{{ end }}
"""

UNPULLABLE: Final = """\
{{ if contains ":broken" .image }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 0
  started: false
  state:
    waiting:
      reason: ImagePullBackOff
      message: {{ printf "Back-off pulling image %q: ErrImagePull: %s: not found" .image .image | Quote }}
"""

CRASHING: Final = """\
{{ if contains ":crash" .image }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 3
  started: false
  state:
    waiting:
      reason: CrashLoopBackOff
      message: {{ printf "back-off 40s restarting failed container=%s" .name | Quote }}
  lastState:
    terminated: {exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}
"""


ENDED: Final = """\
{{ $now := Now }}
conditions:
- {type: Ready, status: "False", reason: PodFailed, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: PodFailed, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 0
  started: false
  state:
    terminated: {exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}
{{ end }}
"""
OF_A_JOB: Final = {"key": '.metadata.ownerReferences.[]? | select( .kind == "Job" ) | .kind', "operator": "Exists"}
OF_NO_JOB: Final = {**OF_A_JOB, "operator": "DoesNotExist"}


def write(kustomize: Path, *, file: Path, default_log: Path) -> None:
    """kwok's configuration as one file; a pod without a log of its own answers with the default one."""
    usage = [yaml.safe_load((kustomize / "metrics" / each).read_text()) for each in USAGE]
    documents = [*_shipped(kustomize / "stage"), *_failures(), _default_logs(default_log), *usage]
    file.write_text(yaml.safe_dump_all(documents))


def annotations_of(node: str) -> dict[str, str]:
    """By which kwok takes a node for its own, and metrics-server finds what that says of it."""
    path = f"/metrics/nodes/{node}/metrics/resource"
    return {"kwok.x-k8s.io/node": "fake", "metrics.k8s.io/resource-metrics-path": path}


def _shipped(directory: Path) -> Iterator[Object]:
    for pattern in SHIPPED:
        for file in sorted(directory.glob(pattern)):
            stage: Object = yaml.safe_load(file.read_text())
            yield _changed(stage)
            if stage["metadata"]["name"] == "pod-ready":
                yield _of_held(yaml.safe_load(file.read_text()))


def _changed(stage: Object) -> Object:
    name, spec = stage["metadata"]["name"], stage["spec"]
    if name == "node-initialize":
        spec["next"]["statusTemplate"] = _with_addresses(spec["next"]["statusTemplate"])
    if name.startswith("pod-"):
        delay: Object = spec["delay"]
        delay["durationMilliseconds"] = PROMPT
        # Without a jitter the delay is exact; the shipped one of pod-delete lasts up to the grace period.
        delay.pop("jitterDurationMilliseconds", None)
        delay.pop("jitterDurationFrom", None)
    if name == "pod-ready":
        spec["selector"]["matchExpressions"] += [_image(word, "DoesNotExist") for word in (BROKEN, CRASH, HELD)]
    return stage


def _of_held(stage: Object) -> Object:
    """The stage by which a held pod becomes ready once it is released."""
    stage["metadata"]["name"] = "pod-ready-held"
    released = {"key": f'.metadata.annotations["{RELEASED}"]', "operator": "Exists"}
    stage["spec"]["selector"]["matchExpressions"] += [_image(HELD, "Exists"), released]
    stage["spec"]["delay"] = {"durationMilliseconds": PROMPT}
    return stage


def _with_addresses(template: str) -> str:
    """The shipped template leaves a node that is initialised twice without any address, and logs need one."""
    start = template.index("{{ $hasInternalIP := false }}")
    end = template.index("{{ with NodePort }}")
    return template[:start] + ADDRESSES + template[end:]


def _failures() -> Iterator[Object]:
    unpullable = NOT_READY + UNPULLABLE + UNTOUCHED
    yield _failure(
        "pod-image-pull-backoff", BROKEN, unpullable, phase="Pending", event=("Failed", "Error: ErrImagePull")
    )
    crashes = NOT_READY + CRASHING + UNTOUCHED
    backing_off = ("BackOff", "Back-off restarting failed container")
    yield _failure("pod-crash-loop", CRASH, crashes, phase="Running", event=backing_off, of=OF_NO_JOB)
    yield _failure("pod-failed", CRASH, ENDED, phase="Failed", event=("Failed", "Error"), of=OF_A_JOB)


def _failure(
    name: str, word: str, statuses: str, *, phase: str, event: tuple[str, str], of: Object | None = None
) -> Object:
    created = '.status.containerStatuses.[].state.waiting | select( .reason == "ContainerCreating" ) | .reason'
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": "Pod"},
            "selector": {
                "matchExpressions": [
                    {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"},
                    {"key": created, "operator": "Exists"},
                    _image(word, "Exists"),
                    *([of] if of is not None else []),
                ]
            },
            "delay": {"durationMilliseconds": PROMPT},
            "next": {
                "event": {"type": "Warning", "reason": event[0], "message": event[1]},
                "statusTemplate": statuses + f"phase: {phase}\nstartTime: {{{{ $now | Quote }}}}\n",
            },
        },
    }


def _image(word: str, operator: str) -> Object:
    return {"key": f'.spec.containers.[] | select( .image | contains("{word}") ) | .image', "operator": operator}


def _default_logs(file: Path) -> Object:
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "default"},
        "spec": {"logs": [{"logsFile": str(file), "previousLogsFile": str(file), "follow": True}]},
    }
