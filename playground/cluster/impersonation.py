"""Acting as somebody else: constrained impersonation first (KEP-5284, on in 1.36), then the plain verb.

Constrained, both whom one becomes (`impersonate:user-info` on users, groups, uids of `authentication.k8s.io`) and what
one does as them (`impersonate-on:user-info:VERB` on the request's own resource) must be allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from multidict import CIMultiDictProxy

from playground.cluster.problems import Problem, bad_request, not_simulated
from playground.cluster.rbac import Attributes, Authorizer, refusal
from playground.cluster.users import ACCOUNT, EVERYONE, MASTERS, User, account_of, account_user

AUTHENTICATION: Final = "authentication.k8s.io"
EXTRA: Final = "impersonate-extra-"


def become(user: User, headers: CIMultiDictProxy[str], wanted: Attributes, authorizer: Authorizer) -> User | None:
    """Whom the request acts as; None for nobody else. Raises `Problem` for who may not."""
    name, groups = headers.get("Impersonate-User", ""), headers.getall("Impersonate-Group", [])
    uid = headers.get("Impersonate-Uid", "")
    if any(each.lower().startswith(EXTRA) for each in headers):
        raise not_simulated("impersonation with Impersonate-Extra headers")
    if not name:
        if groups or uid:
            listed = ", ".join(f'"{each}"' for each in groups)
            written = f"[]string{{{listed}}}" if groups else "[]string(nil)"
            asked = f'&user.DefaultInfo{{Name:"", UID:"{uid}", Groups:{written}, Extra:map[string][]string(nil)}}'
            raise bad_request(f"requested {asked} without impersonating a user name")
        return None
    if not _constrained(user, name, groups, uid, wanted, authorizer):
        for each in _becoming(name, groups, uid, verb="impersonate", group=""):
            verdict = authorizer.decide(user, each)
            if not verdict.allowed:
                raise _refused(user, each, verdict.reason)
    return _impersonated(name, groups, uid)


def _impersonated(name: str, groups: list[str], uid: str) -> User:
    account = account_of(name)
    if not groups and account is not None:
        groups = list(account_user(*account).groups)
    if EVERYONE not in groups and name != "system:anonymous":
        groups = [*groups, EVERYONE]
    return User(name=name, groups=tuple(groups), uid=uid)


def _constrained(
    user: User, name: str, groups: list[str], uid: str, wanted: Attributes, authorizer: Authorizer
) -> bool:
    if name.startswith((ACCOUNT, "system:node:")) or MASTERS in groups:
        return False  # service accounts and nodes have verbs of their own, which nobody is given here
    becoming = _becoming(name, groups, uid, verb="impersonate:user-info", group=AUTHENTICATION)
    acting = replace(wanted, verb=f"impersonate-on:user-info:{wanted.verb}")
    return all(authorizer.decide(user, each).allowed for each in (*becoming, acting))


def _becoming(name: str, groups: list[str], uid: str, *, verb: str, group: str) -> Iterator[Attributes]:
    account = account_of(name)
    if account is not None:
        yield Attributes(verb=verb, resource="serviceaccounts", group=group, namespace=account[0], name=account[1])
    else:
        yield Attributes(verb=verb, resource="users", group=group, name=name)
    for each in groups:
        yield Attributes(verb=verb, resource="groups", group=group, name=each)
    if uid:
        yield Attributes(verb=verb, resource="uids", group=AUTHENTICATION, name=uid)


def _refused(user: User, wanted: Attributes, reason: str) -> Problem:
    qualified = f"{wanted.resource}.{wanted.group}" if wanted.group else wanted.resource
    message = f'{qualified} "{wanted.name}" is forbidden: {refusal(user, wanted, reason)}'
    group = {"group": wanted.group} if wanted.group else {}
    return Problem(403, "Forbidden", message, details={"name": wanted.name, **group, "kind": wanted.resource})
