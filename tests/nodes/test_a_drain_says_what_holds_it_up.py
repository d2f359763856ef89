"""What a card shows of a drain under way: what holds pods once for all of them, who terminates, who should be gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.execution.blockers import Seen
from bot.execution.evictions import Fate, Standing
from bot.execution.standings import SHOWN, progress_of
from bot.operations.evict import Evict, Member, Rule
from bot.operations.kinds import NODE, Target
from bot.operations.models import Budget, BudgetSpec, BudgetStatus, Meta, Pod, PodStatus, Selector
from bot.operations.plan import eviction_calls
from bot.operations.progress import Progress
from bot.text import text

NOW = datetime(2026, 3, 1, 3, 2, tzinfo=UTC)
WORDS = text("waits for its budget: {why}", why="The disruption budget app needs 6 healthy pods and has 6 currently")


def standing(name: str, fate: Fate = Fate.SENT, **more: Any) -> Standing:
    member = Member(namespace="shop", name=name, uid=name, holder="app")
    step = Evict(id="step-2", target=Target(kind=NODE, name="node-a"), uid="n", rule=Rule(), most=9)
    return Standing(call=eviction_calls(step, (member,))[0], member=member, fate=fate, **more)


def held(name: str, minutes: int = 0, why: Any = WORDS) -> Standing:
    at = NOW - timedelta(minutes=minutes)
    return standing(name, why=why, held=True, asked_at=at, held_at=at)


def budget(name: str = "app", app: str = "app", *, has: int = 6) -> Seen:
    status = BudgetStatus(desired_healthy=6, current_healthy=has, expected_pods=6)
    spec = BudgetSpec(selector=Selector(match_labels={"app": app}))
    return Seen(budget=Budget(metadata=Meta(name=name, namespace="shop", uid=name), spec=spec, status=status))


def shown(*everyone: Standing, seen: tuple[Seen, ...] = (), ended: bool = False, **pods: Any) -> Progress:
    """`pods` are the metadata, by name, of those that are there; `gone` names those that are not."""
    gone = pods.pop("gone", ())
    there = {
        each.member.uid: Pod(
            metadata=Meta(
                name=each.member.name,
                namespace="shop",
                uid=each.member.uid,
                labels={"app": each.member.name.partition("_")[0]},
                **pods.get(each.member.name, {}),
            ),
            status=PodStatus(phase="Running"),
        )
        for each in everyone
        if each.member.name not in gone
    }
    return progress_of(everyone, there, seen, NOW, ended=ended)


def lines(progress: Progress) -> list[str]:
    return [str(each) for each in progress.details]


def test_what_a_budget_holds_is_said_once_with_its_numbers_since_when_and_whom() -> None:
    going = standing("web_1", Fate.GOING, going_at=NOW)
    progress = shown(
        held("app_1", 9), held("app_2", 3), going, standing("web_2", Fate.GOING), seen=(budget(),), gone=("web_2",)
    )
    assert str(progress.message) == "1 of 4 pods gone, 1 terminating, 2 held"
    assert str(progress.stuck) == ("pdb/app holds 2 pods since 2026-03-01 02:53:00 UTC: it needs 6 healthy, 6 of 6 are")
    assert lines(progress) == ["shop/app_1", "shop/app_2", "shop/web_1: terminating since 2026-03-01 03:02:00 UTC"]


def test_several_budgets_have_a_sentence_each() -> None:
    found = (budget(), budget("web", "web", has=5))
    progress = shown(held("app_1"), held("web_1"), seen=found)
    assert str(progress.stuck) == "2 pods held"
    said = lines(progress)
    assert said[0] == "pdb/app holds 1 pod since 2026-03-01 03:02:00 UTC: it needs 6 healthy, 6 of 6 are"
    assert said[2] == "pdb/web holds 1 pod since 2026-03-01 03:02:00 UTC: it needs 6 healthy, 5 of 6 are"


def test_who_may_not_see_budgets_is_told_the_api_servers_words() -> None:
    progress = shown(held("app_1"), held("app_2"))
    assert str(progress.stuck).startswith(f"{WORDS}, since ")
    assert lines(progress) == ["shop/app_1", "shop/app_2"]


def test_why_a_budgets_pods_are_not_healthy_stands_below_it() -> None:
    why = text("2 of 6 pods: CrashLoopBackOff, 7 restarts")
    sick = Seen(budget=budget(has=4).budget, why=why)
    assert lines(shown(held("app_1"), seen=(sick,))) == [str(why), "shop/app_1"]


def test_a_pod_that_should_be_gone_is_told_with_what_keeps_it() -> None:
    late = {"deletion_timestamp": NOW - timedelta(minutes=5)}
    one, other = standing("app_1", Fate.GOING, going_at=NOW), standing("app_2", Fate.GOING, going_at=NOW)
    kept = {**late, "finalizers": ("example.com/volume",)}
    progress = shown(one, other, app_1=late, app_2=kept)
    assert str(progress.stuck) == "2 pods should be gone by now"
    assert lines(progress) == [
        "shop/app_1: should be gone since 2026-03-01 02:57:00 UTC; its node may not answer",
        "shop/app_2: should be gone since 2026-03-01 02:57:00 UTC; example.com/volume keeps it",
    ]


def test_a_pod_within_its_own_time_to_stop_is_not_late() -> None:
    progress = shown(standing("app_1", Fate.GOING), app_1={"deletion_timestamp": NOW + timedelta(seconds=30)})
    assert progress.stuck is None


def test_at_the_end_each_pod_has_its_line_with_since_when_it_was_held() -> None:
    stays = held("app_1", 9)
    stays.fate = Fate.REFUSED
    progress = shown(stays, standing("web_1", Fate.GOING), seen=(budget(),), ended=True, gone=("web_1",))
    assert lines(progress) == [
        f"shop/app_1: stays: {WORDS}, since 2026-03-01 02:53:00 UTC",
        "shop/web_1: is gone",
    ]


def test_many_that_one_budget_holds_are_named_up_to_five() -> None:
    said = lines(shown(*[held(f"app_{n}") for n in range(9)], seen=(budget(),)))
    assert said == [*(f"shop/app_{n}" for n in range(5)), "and 4 more"]


def test_a_full_node_has_as_many_lines_as_a_phone_bears() -> None:
    many = [standing(f"web_{n}", Fate.GOING, going_at=NOW) for n in range(40)]
    said = lines(shown(*many))
    assert len(said) == SHOWN + 1
    assert said[-1] == "and 32 more"


def test_the_moments_of_each_pod_are_kept_for_the_picture() -> None:
    track = shown(held("app_1", 9), seen=(budget(),)).tracks[0]
    assert (track.pod, track.held, track.going, track.stays) == ("shop/app_1", NOW - timedelta(minutes=9), None, False)
