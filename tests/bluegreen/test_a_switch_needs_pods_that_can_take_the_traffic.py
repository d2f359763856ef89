"""The new colour is asked by its complete selector: whether it is there, whole, reachable, and not a Rollout's."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import NotFound, NotUnderstood, Refused
from bot.operations.plan import Plan, Wait
from bot.requests.drift import drift
from tests.bluegreen.colours import BLUE, GREEN, colour, service, world
from tests.parity.planning import REGISTRY, again, ask, digest_of, nothing, plan, said
from tests.parity.world import World

SWITCH = "bluegreen switch app --to=green -n shop"
PATCH = """patch service app -n shop -p '{"spec":{"selector":{"version":"green"}}}'"""


def patched(selector: str) -> str:
    return f"""patch service app -n shop -p '{{"spec":{{"selector":{selector}}}}}'"""


async def refusal(made: World, line: str = SWITCH) -> str:
    with pytest.raises(Refused) as refused:
        await ask(made, line)
    error = refused.value
    return " ".join([str(error), *(each.command_line for each in error.choices)])


async def test_both_lines_plan_the_same_call_and_follow_the_endpoints() -> None:
    short, pasted = await plan(world(), SWITCH), await plan(world(), PATCH)
    assert short.calls == pasted.calls
    assert (str(short.before), str(short.after)) == ("blue", "green")
    assert str(short.summary) == "Switch shop/app to green"
    (wait,) = (each for each in short.steps if isinstance(each, Wait))
    assert (wait.condition, wait.steady, wait.arguments) == ("switched", 5, {"selector": GREEN})
    assert said(short) == ""


async def test_the_whole_selector_the_type_and_the_ports_are_conditions_and_that_no_rollout_has_it() -> None:
    (call,) = (await plan(world(), SWITCH)).calls
    assert {each.pointer: each.value for each in call.preconditions} == {
        "/spec/selector": BLUE,
        "/spec/type": "ClusterIP",
        "/spec/ports": [{"port": 80, "targetPort": 8080}],
        "/metadata/annotations/argo-rollouts.argoproj.io~1managed-by-rollouts": None,
    }
    assert call.uid == "s-1"


async def test_a_new_template_of_either_colour_is_another_plan_and_a_pod_more_is_not() -> None:
    voted = await plan(world(), SWITCH)
    assert drift(voted, await plan(world(green=colour("green", 5, GREEN)), SWITCH)) == []
    for moved in (world(green=colour("green", 3, GREEN, hash="h2")), world(blue=colour("blue", 3, BLUE, hash="h2"))):
        assert drift(voted, await plan(moved, SWITCH))


async def test_a_roll_out_of_the_new_colour_is_told() -> None:
    both = [*colour("green", 2, GREEN), *colour("green", 1, GREEN, hash="h2")]
    assert "being rolled out" in said(await plan(world(green=both), SWITCH))


async def test_how_many_are_enough_is_resolved_once() -> None:
    made = world()
    planned = await plan(made, SWITCH)
    assert (planned.pinned["at_least"], planned.pinned["key"]) == (3, "version")
    second = await again(made, REGISTRY["bluegreen switch"], planned)
    assert isinstance(second, Plan)
    assert digest_of(second, "s") == digest_of(planned, "s")
    made.send(planned.calls)
    assert not isinstance(await again(made, REGISTRY["bluegreen switch"], planned), Plan)


async def test_already_so_is_nothing_to_do() -> None:
    assert "sends to app=myapp,version=green already" in str((await nothing(world(made=service(GREEN)), PATCH)).message)


@pytest.mark.parametrize(("ready", "passes"), [(3, True), (2, False), (0, False)])
async def test_as_many_as_get_the_traffic_now_are_needed(ready: int, passes: bool) -> None:
    made = world(green=colour("green", 3, GREEN, ready=ready))
    if passes:
        assert (await plan(made, SWITCH)).calls
        return
    told = await refusal(made)
    assert f"{ready} pods of green are available, 3 are needed. As many get the traffic now." in told
    assert "Scale deployment/app-green or wait for it" in told
    assert ("--at-least=2" in told) is (ready == 2)


async def test_fewer_are_enough_where_somebody_says_so_but_never_none() -> None:
    made = world(green=colour("green", 3, GREEN, ready=1))
    planned = await plan(made, f"{SWITCH} --at-least=1")
    assert said(planned) == "1 pods get the traffic of 3."
    assert "1 are needed" in await refusal(world(green=colour("green", 3, GREEN, ready=0)), f"{SWITCH} --at-least=0")


async def test_ready_for_less_than_the_workload_asks_for_is_not_available() -> None:
    assert (await plan(world(green=colour("green", 3, GREEN, least=480)), SWITCH)).calls
    assert "0 pods of green are available" in await refusal(world(green=colour("green", 3, GREEN, least=481)))


async def test_where_nobody_gets_traffic_one_available_pod_is_enough() -> None:
    made = world(blue=colour("blue", 3, BLUE, ready=0), green=colour("green", 2, GREEN, ready=1))
    assert (await plan(made, SWITCH)).pinned["at_least"] == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            SWITCH.replace("to=green", "to=red"),
            "No pods behind service/app are red. It selects app=myapp,version=blue.",
        ),
        (SWITCH.replace("to=green", "to=red"), "There are blue, green."),
        (SWITCH + " --key=track", "service/app does not select by track."),
        (SWITCH.replace("--to=green", ""), "is no colour to switch to"),
        (SWITCH.replace("to=green", "to=gr/een"), "is no colour to switch to"),
        (patched('{"version":"red"}'), "No pod has app=myapp,version=red."),
        (patched('{"version":null}'), "both colours would get traffic"),
        (patched('{"version":null,"app":null}'), "would send to nobody"),
        (SWITCH + " --dry-run=server", "Every change is tried"),
        (SWITCH.replace("switch app", "switch svc/app svc/web"), "One Service at a time"),
    ],
)
async def test_what_is_no_switch_to_a_colour_is_refused(line: str, told: str) -> None:
    assert told in await refusal(world(), line)


async def test_a_label_that_would_stay_in_the_selector_is_noticed_and_the_whole_patch_offered() -> None:
    old, new = {**BLUE, "track": "old"}, {**GREEN, "track": "new"}
    made = world(made=service(old), blue=colour("blue", 3, old), green=colour("green", 3, new))
    made.objects += colour("other", 3, {"app": "other", "version": "green"})
    told = await refusal(made, PATCH)
    assert "No pod has app=myapp,version=green,track=old." in told
    assert "track=old stays in the selector, and no pod of green has it." in told
    offered = """patch service/app '--patch={"spec":{"selector":{"version":"green","track":"new"}}}' -n shop"""
    assert offered in told
    planned = await plan(made, offered)
    assert str(planned.after) == "green, new"
    assert planned.back is not None
    assert """{"spec":{"selector":{"version":"blue","track":"old"}}}""" in planned.back.command_line


async def test_a_label_that_the_new_pods_do_not_have_is_taken_out() -> None:
    old = {**BLUE, "track": "old"}
    made = world(made=service(old), blue=colour("blue", 3, old))
    assert """{"version":"green","track":null}""" in await refusal(made, PATCH)


async def test_a_label_of_two_is_asked_back_with_a_button_each() -> None:
    selector = {"app": "myapp", "version": "blue", "slot": "blue"}
    pods = [
        *colour("a", 1, {**selector, "version": "green"}),
        *colour("b", 1, {**selector, "slot": "green"}),
    ]
    told = await refusal(world(made=service(selector), blue=colour("blue", 1, selector), green=pods))
    assert "green can be a value of version, slot." in told
    assert "bluegreen switch service/app --to=green --key=slot -n shop" in told


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (service(None), "service/app has no selector. Its endpoints are written by something else"),
        (service({}), "service/app has no selector."),
        (service(BLUE, type="ExternalName"), "is a name for something outside of the cluster"),
        (
            service(BLUE, annotations={"argo-rollouts.argoproj.io/managed-by-rollouts": "web"}),
            "service/app belongs to a Rollout. Argo Rollouts writes its selector, and would write it again. "
            "Let the Rollout switch it: kubectl argo rollouts promote web.",
        ),
        (service({**BLUE, "rollouts-pod-template-hash": "74c"}), "service/app belongs to a Rollout."),
    ],
)
async def test_a_service_that_cannot_be_switched_is_refused_whichever_way_it_is_asked(made: Any, told: str) -> None:
    for line in (SWITCH, PATCH):
        assert told in await refusal(world(made=made), line)


async def test_pods_of_a_rollout_are_a_rollouts() -> None:
    assert "belongs to a Rollout" in await refusal(world(green=colour("green", 3, GREEN, rollout=True)))


async def test_a_port_that_the_new_pods_do_not_name_is_refused() -> None:
    made = service(BLUE, ports=[{"port": 80, "targetPort": "web"}])
    named = colour("blue", 3, BLUE, port="web")
    told = await refusal(world(made=made, blue=named))
    assert "Not every pod of green has a port named web." in told
    assert (await plan(world(made=made, blue=named, green=colour("green", 3, GREEN, port="web")), SWITCH)).calls


async def test_a_service_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        await ask(world(), SWITCH.replace("switch app", "switch nosuch"))


async def test_what_may_not_be_looked_at_is_not_switched_to() -> None:
    for kind in ("Pod", "EndpointSlice", "ReplicaSet"):
        made = world()
        made.forbidden = frozenset({kind})
        with pytest.raises(Refused):
            await ask(made, SWITCH)


async def test_who_owns_it_and_what_is_headless_is_told() -> None:
    made = service(BLUE, clusterIP="None", annotations={"argocd.argoproj.io/tracking-id": "web:/Service:shop/app"})
    planned = await plan(world(made=made), SWITCH)
    assert "It is headless" in said(planned)
    assert "Argo CD keeps it (application/web)" in said(planned)
    assert any("tracking-id" in each.pointer for each in planned.facts)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("""patch deploy app -p '{"spec":{"replicas":3}}'""", "scale deployment/app --replicas=3"),
        ("""patch deploy/app -p '{"spec":{"replicas":"many"}}'""", "scale deployment/app --replicas=COUNT does it."),
        ("""patch deploy app -p '{"spec":{"paused":true}}'""", "rollout pause deployment/app"),
        (
            """patch deploy app -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"app:v2"}]}}}}'""",
            "set image deployment/app app=app:v2",
        ),
        ("""patch hpa app -p '{"spec":{"maxReplicas":9}}'""", "hpa set horizontalpodautoscaler/app --max=9"),
        ("""patch service app -p '{"spec":{"type":"NodePort"}}'""", "A patch of service/app is not taken."),
        ("""patch service app -p '{"spec":{"selector":{"version":"green"},"type":"NodePort"}}'""", "is not taken"),
        ("""patch service app -p '{"spec":{"selector":{"version":7}}}'""", "is not taken"),
        ("""patch service app -p '{"spec":{"selector":{"ver sion":"x"}}}'""", "is not taken"),
        ("""patch service app -p '{"spec":{"selector":{}}}'""", "is not taken"),
        ("""patch service app -p '{"spec":{"selector":null}}'""", "is not taken"),
        ("""patch service app -p 'spec: {}'""", "The patch is no JSON."),
        ("""patch service app -p '""" + "[" * 3_000 + "'", "The patch is no JSON."),
        ("patch service app", "must specify --patch"),
        ("""patch service app web -p '{}'""", "One object at a time"),
        ("""patch app -p '{}'""", "One object at a time"),
        (
            """patch service app --type=json -p '[{"op":"test","path":"/spec/selector/a","value":"b"}]'""",
            "is not taken",
        ),
        ("""patch service app --type=json -p '[{"op":"remove","path":"/spec/selector"}]'""", "is not taken"),
        ("""patch service app --type=json -p '[{"op":"replace","path":"/spec/type","value":"x"}]'""", "is not taken"),
        ("""patch service app --type=json -p '{"spec":{"selector":{"version":"green"}}}'""", "is not taken"),
        ("""patch service app --type=yaml -p '{}'""", "is one of"),
    ],
)
async def test_every_other_patch_is_refused_with_what_does_it(line: str, told: str) -> None:
    with pytest.raises((Refused, NotUnderstood)) as refused:
        await ask(world(), f"{line} -n shop")
    error = refused.value
    assert told in " ".join([str(error), *(each.command_line for each in error.choices)])


async def test_a_json_patch_of_the_whole_selector_is_a_switch_too() -> None:
    operation = '[{"op":"replace","path":"/spec/selector","value":{"app":"myapp","version":"green"}}]'
    planned = await plan(world(), f"patch service app -n shop --type=json -p '{operation}'")
    assert (str(planned.before), str(planned.after)) == ("blue", "green")
    assert planned.back is not None
    assert planned.back.calls[0].body == {"spec": {"selector": {"version": "blue"}}}
