"""Acting as somebody else: constrained impersonation first (KEP-5284, on in 1.36), then the plain verb.

Constrained, both whom one becomes (`impersonate:user-info` on users, groups, uids of `authentication.k8s.io`) and what
one does as them (`impersonate-on:user-info:VERB` on the request's own resource) must be allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from multidict import CIMultiDictProxy

from playground.cluster.problems import Problem, bad_request, forbidden_path, internal, not_simulated
from playground.cluster.rbac import Attributes, Authorizer, refusal
from playground.cluster.users import ACCOUNT, EVERYONE, MASTERS, User, account_of, account_user

AUTHENTICATION: Final = "authentication.k8s.io"
PLAIN: Final = "impersonate"
CONSTRAINED: Final = "impersonate:user-info"
EXTRA: Final = "impersonate-extra-"


def become(
    user: User, headers: CIMultiDictProxy[str], wanted: Attributes, authorizer: Authorizer, *, last: dict[str, str]
) -> User | None:
    """Whom the request acts as; None for nobody else. Raises `Problem` for who may not.

    `last` remembers by which form somebody last became another: that one is tried first, and its refusal is told.
    """
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
    forms = {PLAIN: list(_becoming(name, groups, uid, verb=PLAIN, group=""))}
    if not (name.startswith((ACCOUNT, "system:node:")) or MASTERS in groups):
        # Service accounts and nodes have verbs of their own, which nobody is given here.
        acting = replace(wanted, verb=f"impersonate-on:user-info:{wanted.verb}")
        who = _becoming(name, groups, uid, verb=CONSTRAINED, group=AUTHENTICATION)
        forms = {CONSTRAINED: [acting, *who], **forms}
    first: Problem | None = None
    for form in sorted(forms, key=lambda each: each != last.get(user.name)):
        problem = _refusal(user, forms[form], authorizer)
        if problem is None:
            last[user.name] = form
            return _impersonated(name, groups, uid)
        first = first or problem
    raise first or internal("all impersonation modes failed")


def _refusal(user: User, needed: list[Attributes], authorizer: Authorizer) -> Problem | None:
    """The first of what is needed that is not allowed."""
    for each in needed:
        verdict = authorizer.decide(user, each)
        if not verdict.allowed:
            return _refused(user, each, verdict.reason)
    return None


def _impersonated(name: str, groups: list[str], uid: str) -> User:
    account = account_of(name)
    if not groups and account is not None:
        groups = list(account_user(*account).groups)
    if EVERYONE not in groups and name != "system:anonymous":
        groups = [*groups, EVERYONE]
    return User(name=name, groups=tuple(groups), uid=uid)


def _becoming(name: str, groups: list[str], uid: str, *, verb: str, group: str) -> Iterator[Attributes]:
    account = account_of(name)
    if account is not None:
        yield Attributes(verb=verb, resource="serviceaccounts", group=group, namespace=account[0], name=account[1])
    else:
        yield Attributes(verb=verb, resource="users", group=group, name=name)
    if uid:
        yield Attributes(verb=verb, resource="uids", group=AUTHENTICATION, name=uid)
    for each in groups:
        yield Attributes(verb=verb, resource="groups", group=group, name=each)


def _refused(user: User, wanted: Attributes, reason: str) -> Problem:
    why = refusal(user, wanted, reason)
    if wanted.path:
        return forbidden_path(why)
    qualified = f"{wanted.resource}.{wanted.group}" if wanted.group else wanted.resource
    subject = f'{qualified} "{wanted.name}"' if wanted.name else qualified
    named = {"name": wanted.name} if wanted.name else {}
    group = {"group": wanted.group} if wanted.group else {}
    details = {**named, **group, "kind": wanted.resource}
    return Problem(403, "Forbidden", f"{subject} is forbidden: {why}", details=details)
