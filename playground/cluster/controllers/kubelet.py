"""Every node's kubelet and the scheduler: pods are placed, start, become ready or fail, and go.

An image says how its container fares, by a word after the colon of its name:

    app:broken-1   cannot be pulled: ErrImagePull, then ImagePullBackOff
    app:crash-1    ends with 1 again and again: CrashLoopBackOff, with a previous state
    app:oom-1      runs out of memory again and again: OOMKilled, 137
    app:held-1     runs and stays unready, until its pod has the annotation `kajitori.test/released`

A Job's pod ends: well, or as its image says. One that is held goes on running until it is released.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, final

from playground.cluster.controllers.containers import Fate, fates_of, statuses_of, summed
from playground.cluster.controllers.lives import BACK_OFF, Life, life_of
from playground.cluster.controllers.ownership import is_going
from playground.cluster.controllers.recorder import Recorder
from playground.cluster.controllers.run_once import ended, is_held, runs_once
from playground.cluster.controllers.scheduling import fitting
from playground.cluster.pod_logs import PodLogs
from playground.cluster.resources import NODES, PODS
from playground.cluster.store import Change, Key
from playground.cluster.wire import Json
from playground.cluster.writes import Writer, Writes

SCHEDULER: Final = "default-scheduler"
PULL_BACK_OFF: Final = 5.0
LAST_WORDS: Final = {
    Fate.CRASHES: (
        "database: connecting to db.shop.svc:5432",
        *(
            f"database: dial tcp 10.96.14.7:5432: connect: connection refused (attempt {each} of 3)"
            for each in (1, 2, 3)
        ),
        "fatal: cannot connect to database",
    ),
    Fate.OUT_OF_MEMORY: (
        "cache: loading everything into memory",
        *(f"cache: {each} MiB loaded" for each in (128, 256, 384)),
    ),
}
"""What a container writes before it ends."""


@final
class Kubelet:
    """`start`, asked for each pod, and `stop` are the cluster seconds that pods take for it."""

    def __init__(self, writes: Writes, logs: PodLogs, *, start: Callable[[], float], stop: float) -> None:
        self._writes, self._store, self._logs = writes, writes.store, logs
        self._start, self._stop = start, stop
        self._scheduled = Recorder(writes, SCHEDULER)
        self._events = Recorder(writes, "kubelet")
        self._lives: dict[str, Life] = {}
        self._unready: set[str] = set()
        self._addresses = 0
        self.held = False

    @property
    def addresses(self) -> int:
        """How many were given to pods."""
        return self._addresses

    @property
    def unready(self) -> frozenset[str]:
        """The uids of pods whose readiness probes fail."""
        return frozenset(self._unready)

    def recall(self, *, addresses: int, unready: Iterable[str]) -> None:
        """Take up the pods that run already, as a kubelet does that was started again."""
        self._addresses, self._unready = addresses, set(unready)
        now = self._writes.pace.moment()
        for pod in self._store.list(PODS):
            if pod["status"].get("podIP") and not is_going(pod):
                self._lives[pod["metadata"]["uid"]] = life_of(pod, now)

    def touched(self, change: Change) -> Iterable[Key]:
        if change.resource is PODS:
            return (change.key,)
        if change.resource is NODES:
            return [
                (each["metadata"]["namespace"], each["metadata"]["name"])
                for each in self._store.list(PODS)
                if not each["spec"].get("nodeName")
            ]
        return ()

    def hold_unready(self, pod: Json) -> None:
        """Its readiness probe fails from now on."""
        self._unready.add(pod["metadata"]["uid"])

    def ready_for(self, pod: Json) -> float | None:
        """Cluster seconds since it became ready; None while it is not."""
        life = self._lives.get(pod["metadata"]["uid"])
        if life is None or life.ready_since is None:
            return None
        return self._writes.pace.moment() - life.ready_since

    def reconcile(self, namespace: str, name: str) -> float | None:
        pod = self._store.get(PODS, namespace, name)
        if pod is None:
            return None
        if self.held:
            return 0.5
        if is_going(pod):
            return self._end(pod)
        if not pod["spec"].get("nodeName"):
            return self._place(pod)
        now = self._writes.pace.moment()
        life = self._lives.setdefault(pod["metadata"]["uid"], Life(placed=now, next=now + self._start()))
        if not pod["status"].get("startTime"):
            self._creating(pod)
            return max(life.next - now, 0.001)
        if pod["status"].get("phase") in ("Succeeded", "Failed"):
            return None
        return self._go_on(pod, life, now)

    def _end(self, pod: Json) -> float | None:
        metadata = pod["metadata"]
        life = self._lives.setdefault(metadata["uid"], Life(placed=0.0))
        now = self._writes.pace.moment()
        if life.next >= 0:
            grace = float(metadata.get("deletionGracePeriodSeconds", 0))
            life.next = -(now + min(self._stop, grace))
            for each in pod["spec"]["containers"]:
                self._events.normal(pod, "Killing", f"Stopping container {each['name']}")
        if now < -life.next - 1e-6:
            return -life.next - now
        if metadata.get("finalizers"):
            return None
        self._lives.pop(metadata["uid"], None)
        self._unready.discard(metadata["uid"])
        self._logs.forget(pod)
        self._store.remove(PODS, metadata["namespace"], metadata["name"])
        return None

    def _place(self, pod: Json) -> float | None:
        node, why = fitting(self._store, pod)
        metadata = pod["metadata"]
        if node is None:
            condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why}
            if not any(each.get("message") == why for each in pod["status"].get("conditions") or ()):
                self._status(pod, conditions=[{**condition, **self._times()}])
                self._scheduled.warning(pod, "FailedScheduling", why)
            return 1.0

        bound = self._store.known(PODS, metadata["namespace"], metadata["name"])
        written = {**bound, "spec": {**bound["spec"], "nodeName": node}}
        scheduled = {"type": "PodScheduled", "status": "True", **self._times()}
        written["status"] = {**bound["status"], "conditions": [scheduled]}
        self._store.put(PODS, written)
        words = f"Successfully assigned {metadata['namespace']}/{metadata['name']} to {node}"
        self._scheduled.normal(pod, "Scheduled", words)
        return None

    def _creating(self, pod: Json) -> None:
        containers = [
            {
                "name": each["name"],
                "state": {"waiting": {"reason": "ContainerCreating"}},
                "lastState": {},
                "ready": False,
                "restartCount": 0,
                "image": each["image"],
                "imageID": "",
                "started": False,
            }
            for each in pod["spec"]["containers"]
        ]
        conditions = [
            self._condition("Initialized", "True"),
            self._condition("Ready", "False", containers=containers),
            self._condition("ContainersReady", "False", containers=containers),
            self._condition("PodScheduled", "True"),
        ]
        self._status(pod, startTime=self._writes.pace.stamp(), conditions=conditions, containerStatuses=containers)

    def _go_on(self, pod: Json, life: Life, now: float) -> float | None:
        fates = fates_of(pod)
        if now < life.next - 1e-6:
            if life.started:
                self._write(pod, life, fates, now)
            return life.next - now
        again: float | None = None
        if not life.started:
            life.started = True
            self._address(pod)
            self._begin(pod, fates)
            again = self._failed(life, fates, now)
            if runs_once(pod) and Fate.BROKEN not in fates.values():
                life.next = now + self._start()
                again = life.next - now
        elif runs_once(pod) and Fate.BROKEN not in fates.values():
            if not is_held(pod, fates):
                self._status(pod, **ended(pod, fates, at=self._writes.pace.stamp()))
            return None
        elif any(each is not Fate.RUNS and each is not Fate.HELD for each in fates.values()):
            again = self._failed(life, fates, now)
            for name, fate in fates.items():
                if fate in (Fate.CRASHES, Fate.OUT_OF_MEMORY):
                    if life.ready_since is not None:
                        self._logs.write(pod, name, *LAST_WORDS[fate])
                    self._logs.restart(pod, name)
                    self._begin_one(pod, name, fate)
                    self._back_off(pod, name)
        self._write(pod, life, fates, now)
        return again

    def _failed(self, life: Life, fates: dict[str, Fate], now: float) -> float | None:
        """How long until the next try, if anything failed."""
        if Fate.CRASHES in fates.values() or Fate.OUT_OF_MEMORY in fates.values():
            pause = BACK_OFF[min(life.failures, len(BACK_OFF) - 1)]
        elif Fate.BROKEN in fates.values():
            pause = PULL_BACK_OFF if not life.failures else BACK_OFF[min(life.failures, len(BACK_OFF) - 1)]
        else:
            return None
        life.failures += 1
        life.next = now + pause
        return pause

    def _write(self, pod: Json, life: Life, fates: dict[str, Fate], now: float) -> None:
        containers = statuses_of(pod, fates, failures=life.failures, at=self._writes.pace.stamp())
        if pod["metadata"]["uid"] in self._unready:
            containers = [{**each, "ready": False} for each in containers]
        ready = all(each["ready"] for each in containers)
        life.ready_since = (life.ready_since if life.ready_since is not None else now) if ready else None
        known = {each["type"]: each for each in pod["status"].get("conditions") or ()}
        wanted = "True" if ready else "False"
        conditions = [
            known[kind]
            if (known.get(kind) or {}).get("status") == status
            else self._condition(kind, status, containers=containers)
            for kind, status in (
                ("Initialized", "True"),
                ("Ready", wanted),
                ("ContainersReady", wanted),
                ("PodScheduled", "True"),
            )
        ]
        self._status(pod, phase=summed(containers), conditions=conditions, containerStatuses=containers)

    def _begin(self, pod: Json, fates: dict[str, Fate]) -> None:
        for name, fate in fates.items():
            image = next(each["image"] for each in pod["spec"]["containers"] if each["name"] == name)
            field = f"spec.containers{{{name}}}"
            self._events.normal(pod, "Pulling", f'Pulling image "{image}"', field=field)
            if fate is Fate.BROKEN:
                words = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {image}: not found'
                self._events.warning(pod, "Failed", words, field=field)
                self._events.warning(pod, "Failed", "Error: ErrImagePull", field=field)
                self._events.normal(pod, "BackOff", f'Back-off pulling image "{image}"', field=field)
                continue
            self._events.normal(pod, "Pulled", f'Successfully pulled image "{image}"', field=field)
            self._events.normal(pod, "Created", f"Container created: {name}", field=field)
            self._events.normal(pod, "Started", f"Container started: {name}", field=field)
            self._begin_one(pod, name, fate)

    def _begin_one(self, pod: Json, name: str, fate: Fate) -> None:
        self._logs.write(pod, name, *(("starting", *LAST_WORDS[fate]) if fate in LAST_WORDS else ("started",)))

    def _back_off(self, pod: Json, name: str) -> None:
        metadata = pod["metadata"]
        where = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        words = f"Back-off restarting failed container {name} in pod {where}"
        self._events.warning(pod, "BackOff", words, field=f"spec.containers{{{name}}}")

    def _address(self, pod: Json) -> None:
        self._addresses += 1
        address = f"10.1.{self._addresses // 250 % 250}.{self._addresses % 250 + 1}"
        self._status(pod, podIP=address, podIPs=[{"ip": address}], hostIP="127.0.0.1", hostIPs=[{"ip": "127.0.0.1"}])

    def _condition(self, kind: str, status: str, *, containers: Iterable[Json] = ()) -> Json:
        names = " ".join(each["name"] for each in containers if not each["ready"])
        why = (
            {"reason": "ContainersNotReady", "message": f"containers with unready status: [{names}]"}
            if status == "False"
            else {}
        )
        return {"type": kind, "status": status, **self._times(), **why}

    def _times(self) -> Json:
        return {"lastProbeTime": None, "lastTransitionTime": self._writes.pace.stamp()}

    def _status(self, pod: Json, **values: object) -> None:
        metadata = pod["metadata"]

        def change(it: Json) -> None:
            it["status"] = {**it["status"], **values}

        found = self._writes.change(
            PODS, metadata["namespace"], metadata["name"], change, Writer(manager="kubelet"), "status"
        )
        pod["status"] = found["status"]
