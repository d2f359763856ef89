"""Calls on Kajitori's own objects are refused before anyone is asked; all others pass."""

from __future__ import annotations

import pytest

from bot.operations.kinds import CONFIG_MAP, DEPLOYMENT, NAMESPACE, NODE, POD, Kind, Target
from bot.operations.plan import Call
from bot.policy.untouchable import Untouchable, check_untouchable
from bot.settings import OwnConfig

RBAC = "rbac.authorization.k8s.io"
CLUSTER_ROLE = Kind(kind="ClusterRole", plural="clusterroles", group=RBAC, namespaced=False)
CLUSTER_ROLE_BINDING = Kind(kind="ClusterRoleBinding", plural="clusterrolebindings", group=RBAC, namespaced=False)
ROLE_BINDING = Kind(kind="RoleBinding", plural="rolebindings", group=RBAC)
SERVICE_ACCOUNT = Kind(kind="ServiceAccount", plural="serviceaccounts")
WEBHOOK = Kind(
    kind="ValidatingWebhookConfiguration",
    plural="validatingwebhookconfigurations",
    group="admissionregistration.k8s.io",
    namespaced=False,
)


def call(kind: Kind, name: str, namespace: str = "", verb: str = "patch") -> Call:
    return Call(id="step-1", verb=verb, target=Target(kind=kind, name=name, namespace=namespace))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "touching",
    [
        call(DEPLOYMENT, "kajitori", "kajitori"),
        call(DEPLOYMENT, "database", "kajitori"),
        call(CONFIG_MAP, "policy", "kajitori", "create"),
        call(POD, "x", "kajitori", "delete"),
        call(NAMESPACE, "kajitori", verb="delete"),
        call(CLUSTER_ROLE, "kajitori", verb="delete"),
        call(CLUSTER_ROLE, "Kajitori-team-sre"),
        call(CLUSTER_ROLE_BINDING, "kajitori-bot"),
        call(ROLE_BINDING, "kajitori-developers", "shop"),
        call(SERVICE_ACCOUNT, "kajitori", "shop"),
        call(WEBHOOK, "kajitori"),
    ],
)
def test_what_is_ours_is_refused_among_harmless_calls(touching: Call) -> None:
    harmless = call(DEPLOYMENT, "app", "shop")
    with pytest.raises(Untouchable) as refused:
        check_untouchable((harmless, touching))
    assert refused.value.target == touching.target.title
    assert refused.value.why is not None


@pytest.mark.parametrize(
    "harmless",
    [
        call(DEPLOYMENT, "app", "shop"),
        call(DEPLOYMENT, "kajitori-lookalike", "shop"),
        call(DEPLOYMENT, "app", "kajitori-shop"),
        call(NAMESPACE, "shop"),
        call(NODE, "node-1"),
        call(CLUSTER_ROLE, "view"),
        call(ROLE_BINDING, "developers", "shop"),
    ],
)
def test_everything_else_passes(harmless: Call) -> None:
    check_untouchable((harmless,))


def test_an_installation_elsewhere_is_protected_where_it_is() -> None:
    own = OwnConfig(namespace="ops", names=("chatops",))
    for touching in (call(POD, "x", "ops"), call(CLUSTER_ROLE, "chatops-bot"), call(CLUSTER_ROLE, "kajitori-bot")):
        with pytest.raises(Untouchable):
            check_untouchable((touching,), own)
