"""Has the world moved in what plan or policy relied on? A pure comparison of the voted plan with one made just now.

Members that come and go within the voted bound are not a difference; a changed precondition, fact, uid or a larger
impact is. Bodies of changes need no comparison of their own: every field they overwrite is a precondition (plans.md
§2). What is created overwrites nothing, so its body is compared.
"""

from __future__ import annotations

from bot.execution.envelope import same
from bot.operations.draining import pods
from bot.operations.plan import Call, Evict, Fact, Plan
from bot.text import Code, Text, text


def drift(voted: Plan, fresh: Plan) -> list[Text]:
    """What differs, one sentence each; empty means that the vote still stands."""
    found = _calls(voted.calls, fresh.calls)
    found += _evictions(voted.evictions, fresh.evictions)
    found += _facts(voted.facts, fresh.facts)
    if not voted.bound.allows(fresh.impact.pods):
        found.append(text("it would touch {now} pods instead of {then}", now=fresh.impact.pods, then=voted.impact.pods))
    if "" in set(fresh.touches) - set(voted.touches):
        found.append(text("it would reach objects without a namespace too"))
    if more := sorted(set(fresh.touches) - set(voted.touches) - {""}):
        found.append(text("it would reach {namespaces} too", namespaces=Code(", ".join(more))))
    if voted.recovery and not fresh.recovery:
        found.append(text("it is no recovery any more"))
    if fresh.destructive and not voted.destructive:
        found.append(text("it has become destructive"))
    return found


def _calls(voted: tuple[Call, ...], fresh: tuple[Call, ...]) -> list[Text]:
    if [each.path for each in voted] != [each.path for each in fresh]:
        return [text("other objects are concerned now")]
    found: list[Text] = []
    for old, new in zip(voted, fresh, strict=True):
        if old.uid != new.uid:
            found.append(text("{target} was deleted and made anew", target=Code(old.target.title)))
            continue
        if old.verb == "create" and not same(old.body, new.body):
            found.append(text("what would be created changed"))
        then = {each.pointer: each.value for each in old.preconditions}
        now = {each.pointer: each.value for each in new.preconditions}
        found += [
            text("{field} of {target} changed", field=Code(pointer), target=Code(old.target.title))
            for pointer in sorted(then.keys() | now.keys())
            if not same(then.get(pointer), now.get(pointer))
        ]
    return found


def _evictions(voted: tuple[Evict, ...], fresh: tuple[Evict, ...]) -> list[Text]:
    """Fewer pods, or others of the same owners, are within the bound; one of another owner is not (plans.md §6)."""
    if [(each.target.path, each.rule) for each in voted] != [(each.target.path, each.rule) for each in fresh]:
        return [text("other objects are concerned now")]
    found: list[Text] = []
    for old, new in zip(voted, fresh, strict=True):
        if old.uid != new.uid:
            found.append(text("{target} was deleted and made anew", target=Code(old.target.title)))
        known = set(old.holders)
        found += [
            text("pods of {holder} are on {node} now", holder=Code(each.title), node=Code(old.target.name))
            for each in new.holders
            if each not in known
        ]
        if len(new.expected) > old.most:
            count = pods(len(new.expected))
            found.append(text("it would evict {pods}; voted on: {most} at most", pods=count, most=old.most))
    return found


def _facts(voted: tuple[Fact, ...], fresh: tuple[Fact, ...]) -> list[Text]:
    then = {(each.target.path, each.pointer): each for each in voted}
    now = {(each.target.path, each.pointer): each for each in fresh}
    found: list[Text] = []
    for key in sorted(then.keys() | now.keys()):
        old, new = then.get(key), now.get(key)
        if old is None or new is None or old.uid != new.uid or not same(old.value, new.value):
            found.append(
                text("{field} of {target} changed", field=Code(key[1]), target=Code(key[0].rsplit("/", 1)[-1]))
            )
    return found
