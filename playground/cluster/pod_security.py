"""Pod Security: what a pod violates at a level, as the admission plugin of the API server words it.

Sources: k8s.io/pod-security-admission `policy/check_*.go` 1.36. A workload is only warned of, its pods are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from playground.cluster.wire import Json

LABEL: Final = "pod-security.kubernetes.io/"
LEVELS: Final = ("privileged", "baseline", "restricted")
VERSION: Final = re.compile(r"latest|v1\.(0|[1-9][0-9]*)")
SAFE_CAPABILITIES: Final = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
RESTRICTED_VOLUMES: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
        "image",
    }
)
Check = Callable[[Json], "str | None"]


def level_of(labels: dict[str, str], mode: str) -> str:
    """The level of a namespace for enforce, audit or warn."""
    found = labels.get(LABEL + mode, "privileged")
    return found if found in LEVELS else "restricted"


def violations(spec: Json, level: str) -> list[str]:
    """Each check's sentence, in the plugin's order; empty: the level allows it."""
    checks: list[Check] = []
    if level == "restricted":
        checks = [
            *(_host_namespaces, _privileged, _host_ports, _host_path, _escalation, _restricted_capabilities),
            *(_restricted_volumes, _non_root, _run_as_user, _seccomp),
        ]
    elif level == "baseline":
        checks = [_host_namespaces, _privileged, _baseline_capabilities, _host_path, _host_ports]
    return [sentence for check in checks if (sentence := check(spec)) is not None]


def sentence(level: str, found: list[str]) -> str:
    """The end of both the warning and the refusal."""
    return f'violate PodSecurity "{level}:latest": {", ".join(found)}'


def _containers(spec: Json) -> Iterator[Json]:
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def _security(container: Json) -> Json:
    return container.get("securityContext") or {}


def _named(containers: list[str]) -> str:
    noun = "container" if len(containers) == 1 else "containers"
    return f"{noun} {', '.join(_quoted(each) for each in containers)}"


def _quoted(word: str) -> str:
    return f'"{word}"'


def _host_namespaces(spec: Json) -> str | None:
    found = [f"{key}=true" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key)]
    return f"host namespaces ({', '.join(found)})" if found else None


def _privileged(spec: Json) -> str | None:
    bad = [each["name"] for each in _containers(spec) if _security(each).get("privileged")]
    return f"privileged ({_named(bad)} must not set securityContext.privileged=true)" if bad else None


def _baseline_capabilities(spec: Json) -> str | None:
    bad: list[str] = []
    extra: set[str] = set()
    for each in _containers(spec):
        added = set((_security(each).get("capabilities") or {}).get("add") or ()) - SAFE_CAPABILITIES
        if added:
            bad.append(each["name"])
            extra |= added
    if not bad:
        return None
    listed = ", ".join(_quoted(each) for each in sorted(extra))
    return f"non-default capabilities ({_named(bad)} must not include {listed} in securityContext.capabilities.add)"


def _restricted_capabilities(spec: Json) -> str | None:
    undropped, adding, extra = [], [], set()
    for each in _containers(spec):
        found = _security(each).get("capabilities") or {}
        if "ALL" not in (found.get("drop") or ()):
            undropped.append(each["name"])
        added = set(found.get("add") or ()) - {"NET_BIND_SERVICE"}
        if added:
            adding.append(each["name"])
            extra |= added
    parts = []
    if undropped:
        parts.append(f'{_named(undropped)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        listed = ", ".join(_quoted(each) for each in sorted(extra))
        parts.append(f"{_named(adding)} must not include {listed} in securityContext.capabilities.add")
    return f"unrestricted capabilities ({'; '.join(parts)})" if parts else None


def _host_path(spec: Json) -> str | None:
    bad = [each["name"] for each in spec.get("volumes") or () if each.get("hostPath") is not None]
    noun = "volume" if len(bad) == 1 else "volumes"
    return f"hostPath volumes ({noun} {', '.join(_quoted(each) for each in bad)})" if bad else None


def _host_ports(spec: Json) -> str | None:
    bad: list[str] = []
    ports: set[int] = set()
    for each in _containers(spec):
        found = {port["hostPort"] for port in each.get("ports") or () if port.get("hostPort")}
        if found:
            bad.append(each["name"])
            ports |= found
    if not bad:
        return None
    noun = "hostPort" if len(ports) == 1 else "hostPorts"
    verb = "uses" if len(bad) == 1 else "use"
    return f"hostPort ({_named(bad)} {verb} {noun} {', '.join(str(each) for each in sorted(ports))})"


def _escalation(spec: Json) -> str | None:
    bad = [each["name"] for each in _containers(spec) if _security(each).get("allowPrivilegeEscalation") is not False]
    if not bad:
        return None
    return f"allowPrivilegeEscalation != false ({_named(bad)} must set securityContext.allowPrivilegeEscalation=false)"


def _restricted_volumes(spec: Json) -> str | None:
    bad, kinds = [], set()
    for each in spec.get("volumes") or ():
        found = set(each) - {"name"} - RESTRICTED_VOLUMES
        if found:
            bad.append(each["name"])
            kinds |= found
    if not bad:
        return None
    noun, types = ("volume" if len(bad) == 1 else "volumes"), ("type" if len(kinds) == 1 else "types")
    verb = "uses" if len(bad) == 1 else "use"
    listed = ", ".join(_quoted(each) for each in sorted(kinds))
    return f"restricted volume types ({noun} {', '.join(map(_quoted, bad))} {verb} restricted volume {types} {listed})"


def _non_root(spec: Json) -> str | None:
    pod = (spec.get("securityContext") or {}).get("runAsNonRoot")
    explicit = [each["name"] for each in _containers(spec) if _security(each).get("runAsNonRoot") is False]
    implicit = [each["name"] for each in _containers(spec) if _security(each).get("runAsNonRoot") is None]
    bad = ["pod must not set securityContext.runAsNonRoot=false"] if pod is False else []
    if explicit:
        bad.append(f"{_named(explicit)} must not set securityContext.runAsNonRoot=false")
    if bad:
        return f"runAsNonRoot != true ({' and '.join(bad)})"
    if implicit and not pod:
        return f"runAsNonRoot != true (pod or {_named(implicit)} must set securityContext.runAsNonRoot=true)"
    return None


def _run_as_user(spec: Json) -> str | None:
    bad = ["pod"] if (spec.get("securityContext") or {}).get("runAsUser") == 0 else []
    rooted = [each["name"] for each in _containers(spec) if _security(each).get("runAsUser") == 0]
    if rooted:
        bad.append(_named(rooted))
    return f"runAsUser=0 ({' and '.join(bad)} must not set runAsUser=0)" if bad else None


def _seccomp(spec: Json) -> str | None:
    allowed = ("RuntimeDefault", "Localhost")
    pod = ((spec.get("securityContext") or {}).get("seccompProfile") or {}).get("type")
    types = {each["name"]: (_security(each).get("seccompProfile") or {}).get("type") for each in _containers(spec)}
    wrong = [name for name, kind in types.items() if kind is not None and kind not in allowed]
    unset = [name for name, kind in types.items() if kind is None]
    if pod is not None and pod not in allowed:
        return f'seccompProfile (pod must not set securityContext.seccompProfile.type to "{pod}")'
    if wrong:
        listed = ", ".join(_quoted(types[each] or "") for each in wrong)
        return f"seccompProfile ({_named(wrong)} must not set securityContext.seccompProfile.type to {listed})"
    if unset and pod is None:
        listed = 'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
        return f"seccompProfile (pod or {_named(unset)} must set {listed})"
    return None
