"""Questions about rights and about who somebody is: answered as the authorizer would decide, stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from playground.cluster.managers import with_manager
from playground.cluster.problems import Problem
from playground.cluster.rbac import Attributes, Authorizer
from playground.cluster.users import User
from playground.cluster.wire import Json

AUTHORIZATION: Final = "authorization.k8s.io"
AUTHENTICATION: Final = "authentication.k8s.io"
KINDS: Final = {
    (AUTHORIZATION, "subjectaccessreviews"): "SubjectAccessReview",
    (AUTHORIZATION, "selfsubjectaccessreviews"): "SelfSubjectAccessReview",
    (AUTHORIZATION, "selfsubjectrulesreviews"): "SelfSubjectRulesReview",
    (AUTHENTICATION, "selfsubjectreviews"): "SelfSubjectReview",
}


def answer_review(
    group: str, plural: str, body: Json, *, user: User, authorizer: Authorizer, manager: str, at: str
) -> Json:
    """The review with its status. `user` is who asks (as impersonated). Raises `Problem`, also `KeyError`."""
    kind = KINDS[group, plural]
    spec = body.get("spec") or {}
    version = f"{group}/v1"
    found: Json = {"kind": kind, "apiVersion": version, "metadata": {}}
    if kind == "SelfSubjectReview":
        return found | {"metadata": {"creationTimestamp": at}, "status": {"userInfo": user.info()}}
    if kind == "SelfSubjectRulesReview":
        namespace = spec.get("namespace") or ""
        if not namespace:
            raise Problem(400, "BadRequest", "no namespace on request")
        return found | {"spec": {}, "status": _rules(authorizer.rules(user, namespace))}
    subject = user
    if kind == "SubjectAccessReview":
        _check_subject(spec)
        subject = User(name=spec.get("user") or "", groups=tuple(spec.get("groups") or ()), uid=spec.get("uid") or "")
    verdict = authorizer.decide(subject, _attributes(spec))
    reason = {"reason": verdict.reason} if verdict.reason else {}
    found["spec"] = spec
    found = with_manager(None, found, manager=manager, version=version, subresource="", at=at)
    return found | {"status": {"allowed": verdict.allowed, **reason}}


def _check_subject(spec: Mapping[str, object]) -> None:
    if not spec.get("user") and not spec.get("groups"):
        raise _invalid("spec.user", 'Invalid value: "": at least one of user or group must be specified')


def _attributes(spec: Json) -> Attributes:
    resource, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (resource is None) == (other is None):
        message = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        raise _invalid("spec.resourceAttributes", f"Invalid value: null: {message}")
    if resource is None:
        path: Json = spec["nonResourceAttributes"]
        return Attributes(verb=path.get("verb", ""), path=path.get("path", ""))
    keys = ("verb", "group", "resource", "subresource", "namespace", "name")
    return Attributes(**{key: resource.get(key) or "" for key in keys})


def _rules(rules: list[Json]) -> Json:
    resources = [
        {key: rule[key] for key in ("verbs", "apiGroups", "resources", "resourceNames") if rule.get(key)}
        for rule in rules
        if rule.get("resources")
    ]
    others = [
        {"verbs": rule["verbs"], "nonResourceURLs": rule["nonResourceURLs"]}
        for rule in rules
        if rule.get("nonResourceURLs")
    ]
    return {"resourceRules": resources, "nonResourceRules": others, "incomplete": False}


def _invalid(field: str, message: str) -> Problem:
    """The API server forgets to name the kind here."""
    causes = [{"reason": "FieldValueInvalid", "message": message, "field": field}]
    details: Json = {"group": AUTHORIZATION, "causes": causes}
    return Problem(422, "Invalid", f'.{AUTHORIZATION} "" is invalid: {field}: {message}', details=details)
