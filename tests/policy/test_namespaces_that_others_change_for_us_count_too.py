"""A restore is one call in Velero's namespace, and changes others: policy and bounds are asked of those as well."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.errors import Refused
from bot.operations.intent import plan_digest, plan_intent
from bot.operations.kinds import CONFIG_MAP, Target
from bot.operations.plan import Call, Plan
from bot.policy.untouchable import Untouchable, check_untouchable
from bot.requests.drift import drift
from bot.requests.planning import check_served
from bot.text import text

CALL = Call(id="step-1", verb="create", target=Target(kind=CONFIG_MAP, name="r", namespace="velero"), body={})
PLAN = Plan(summary=text("Restore"), steps=(CALL,), pinned={}, touches=("shop",))


def digest(plan: Plan) -> str:
    return plan_digest(plan, cluster="c", namespace="velero", operation="o")


def test_a_vote_binds_them() -> None:
    assert digest(PLAN) != digest(msgspec.structs.replace(PLAN, touches=("shop", "billing")))


def test_plans_without_them_keep_their_digests() -> None:
    plain = msgspec.structs.replace(PLAN, touches=())
    assert "touches" not in plan_intent(plain, cluster="c", namespace="velero", operation="o")


def test_one_more_is_a_difference_and_one_less_is_none() -> None:
    more = msgspec.structs.replace(PLAN, touches=("billing", "shop"))
    assert [str(each) for each in drift(PLAN, more)] == ["it would reach billing too"]
    assert drift(more, PLAN) == []
    whole = msgspec.structs.replace(PLAN, touches=("", "shop"))
    assert [str(each) for each in drift(PLAN, whole)] == ["it would reach objects without a namespace too"]


def test_the_bots_own_namespace_is_out_of_reach() -> None:
    check_untouchable(PLAN.calls, touches=PLAN.touches)
    with pytest.raises(Untouchable):
        check_untouchable(PLAN.calls, touches=("shop", "kajitori"))


class Acting:
    """Only what `check_served` looks at."""

    name = "prod"

    def __init__(self, *served: str) -> None:
        self.served = served


def test_a_namespace_that_is_not_served_is_refused() -> None:
    acting: Any = Acting("velero", "billing")
    with pytest.raises(Refused, match="I do not serve shop in prod"):
        check_served(acting, PLAN)
    for served in (Acting(), Acting("velero", "shop")):
        all_right: Any = served
        check_served(all_right, PLAN)
