"""Containers and pod templates: image, state, restarts, resources, probes, and where variables come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.operations.ages import age, moment
from bot.operations.describers.sheet import NONE, Sheet, at, listed, mapped
from bot.operations.redaction import environment, redact_words

VARIABLES: Final = 40
"""Variables named of one container; the file of `get -o yaml` has all names."""


def describe_containers(sheet: Sheet, spec: Any, status: Any, now: datetime) -> None:
    """Init containers first, then containers, each with its state where there is a status."""
    for label, field, states in (
        ("Init Containers", "/initContainers", "/initContainerStatuses"),
        ("Containers", "/containers", "/containerStatuses"),
    ):
        containers = listed(spec, field)
        if not containers:
            continue
        inner = sheet.part(label)
        known = {each.get("name"): each for each in listed(status, states) if isinstance(each, dict)}
        for container in containers:
            name = str(at(container, "/name"))
            _container(inner.part(name), container, known.get(name), now)


def _container(sheet: Sheet, container: Any, status: Any, now: datetime) -> None:
    sheet.put("Image", at(container, "/image"))
    sheet.items("Ports", (_port(each) for each in listed(container, "/ports")))
    for label, field in (("Command", "/command"), ("Args", "/args")):
        sheet.put(label, " ".join(redact_words(listed(container, field))))
    if status is not None:
        _state(sheet, "State", at(status, "/state"), now)
        _state(sheet, "Last State", at(status, "/lastState"), now)
        sheet.put("Ready", at(status, "/ready") is True)
        sheet.put("Restart Count", at(status, "/restartCount") or 0)
    for label, field in (("Limits", "/resources/limits"), ("Requests", "/resources/requests")):
        sheet.items(label, (f"{key} {value}" for key, value in sorted(mapped(container, field).items())))
    for label, field in (
        ("Liveness", "/livenessProbe"),
        ("Readiness", "/readinessProbe"),
        ("Startup", "/startupProbe"),
    ):
        sheet.put(label, _probe(mapped(container, field)))
    _environment(sheet, container)
    sheet.items("Mounts", (_mount(each) for each in listed(container, "/volumeMounts")))


def _state(sheet: Sheet, label: str, state: Any, now: datetime) -> None:
    for word in ("waiting", "running", "terminated"):
        found = at(state, f"/{word}")
        if not isinstance(found, dict):
            continue
        parts = [word.capitalize()]
        parts += [str(found["reason"])] if found.get("reason") else []
        parts += [f"exit code {found['exitCode']}"] if "exitCode" in found else []
        parts += [f"signal {found['signal']}"] if found.get("signal") else []
        when = moment(found.get("finishedAt") or found.get("startedAt"))
        parts += [f"{age(when, now)} ago"] if when else []
        sheet.put(label, ", ".join(parts))
        sheet.put("Message", found.get("message"))


def _environment(sheet: Sheet, container: Any) -> None:
    named = environment(container)
    sources = [source for each in listed(container, "/envFrom") if (source := _source(each))]
    sheet.items("Environment Variables from", sources)
    if not named:
        return
    inner = sheet.part("Environment")
    for name, origin in list(named.items())[:VARIABLES]:
        inner.put(name, origin)
    if len(named) > VARIABLES:
        inner.write(f"… {len(named) - VARIABLES} more")


def _source(found: Any) -> str:
    for field, word in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
        name = at(found, f"/{field}/name")
        if name:
            return f"{name} ({word})"
    return ""


def _port(port: Any) -> str:
    name = f" ({port['name']})" if at(port, "/name") else ""
    return f"{at(port, '/containerPort')}/{at(port, '/protocol') or 'TCP'}{name}"


def _probe(probe: dict[str, Any]) -> str:
    if not probe:
        return ""
    if "httpGet" in probe:
        how = f"http-get {at(probe, '/httpGet/scheme') or 'http'} :{at(probe, '/httpGet/port')}".lower()
        how += str(at(probe, "/httpGet/path") or "")
    elif "tcpSocket" in probe:
        how = f"tcp-socket :{at(probe, '/tcpSocket/port')}"
    elif "grpc" in probe:
        how = f"grpc :{at(probe, '/grpc/port')}"
    else:
        how = "exec [" + " ".join(redact_words(listed(probe, "/exec/command"))) + "]"
    return (
        f"{how} delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 1)}s "
        f"period={probe.get('periodSeconds', 10)}s #failure={probe.get('failureThreshold', 3)}"
    )


def _mount(mount: Any) -> str:
    return f"{at(mount, '/mountPath')} from {at(mount, '/name')} ({'ro' if at(mount, '/readOnly') else 'rw'})"


def describe_volumes(sheet: Sheet, spec: Any) -> None:
    """A volume a line: its kind and what it takes from where."""
    volumes = [each for each in listed(spec, "/volumes") if isinstance(each, dict)]
    if not volumes:
        return
    inner = sheet.part("Volumes")
    for volume in volumes:
        kind = next((key for key in volume if key != "name"), "emptyDir")
        inner.put(str(volume.get("name")), f"{kind} {_taken(volume.get(kind))}".strip())


def _taken(source: Any) -> str:
    for field in ("claimName", "secretName", "name", "path", "driver"):
        if isinstance(source, dict) and isinstance(source.get(field), str):
            return str(source[field])
    return ""


def describe_scheduling(sheet: Sheet, spec: Any) -> None:
    """Node selector, tolerations, priority: why it is where it is, or nowhere."""
    sheet.mapping("Node-Selectors", mapped(spec, "/nodeSelector"))
    sheet.items("Tolerations", (_toleration(each) for each in listed(spec, "/tolerations")))
    sheet.put("Priority Class Name", at(spec, "/priorityClassName"))


def _toleration(found: Any) -> str:
    key, effect = at(found, "/key") or "", at(found, "/effect")
    value = f"={at(found, '/value')}" if at(found, "/value") else ""
    operator = " op=Exists" if at(found, "/operator") == "Exists" else ""
    seconds = f" for {at(found, '/tolerationSeconds')}s" if at(found, "/tolerationSeconds") is not None else ""
    return f"{key}{value}{':' if effect else ''}{effect or ''}{operator}{seconds}".strip() or NONE
