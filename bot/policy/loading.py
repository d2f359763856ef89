"""A policy file becomes a policy whole, or not at all; what is in force stays until a right one replaces it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain
from typing import final

from bot.clock import Clock
from bot.errors import Refused
from bot.policy.checks import double_names, shadowed_rules, too_few_voters, unknown_names
from bot.policy.default import DEFAULT_POLICY
from bot.policy.examples import run_examples
from bot.policy.model import Policy
from bot.settings import Config
from bot.settings.document import read_document
from bot.settings.validation import refusal, validate
from bot.text import Code, text


def parse_policy(
    data: bytes,
    *,
    source: str = "policy.yaml",
    config: Config | None = None,
    operations: Collection[str] = (),
) -> Policy:
    """The policy in `data`. With `config` and the names of all `operations`, names that fit nothing are refused too.

    Raises `Refused` that names the line.
    """
    document = read_document(data, source=source)
    if isinstance(document.value, dict):
        for key in ("apiVersion", "kind"):
            if key not in document.value:
                raise refusal(document, (), text("the key {key} is missing", key=Code(key)))
    policy = validate(document, Policy)
    problems = chain(
        double_names(policy),
        shadowed_rules(policy),
        unknown_names(policy, config, operations) if config is not None else (),
        too_few_voters(policy, config) if config is not None else (),
    )
    for path, problem in problems:
        raise refusal(document, path, problem)
    return policy


@final
class PolicyInForce:
    """The policy that decides now; calling it gives that policy, whole. `read` returns the file's bytes."""

    def __init__(
        self,
        *,
        read: Callable[[], bytes] | None,
        source: str = "policy.yaml",
        config: Config,
        operations: Collection[str],
        clock: Clock,
    ) -> None:
        """Raises `Refused` if the first reading is wrong: the bot does not start with a policy that nobody wrote."""
        self._read, self._source, self._clock = read, source, clock
        self._config, self._operations = config, operations
        self._policy = DEFAULT_POLICY
        self.reload()

    def __call__(self) -> Policy:
        return self._policy

    def reload(self) -> bool:
        """Read the file again; whether anything that decides has changed. Raises `Refused` and keeps what is in force.

        A file whose own examples do not come out is refused: it does not mean what its authors think.
        """
        if self._read is None:
            return False
        policy = parse_policy(self._read(), source=self._source, config=self._config, operations=self._operations)
        for result in run_examples(policy, self._config, now=self._clock.now()):
            if not result.passed:
                raise Refused(
                    text("{source}: the example {name} fails.", source=Code(self._source), name=Code(result.name)),
                    target=self._source,
                    why=text(
                        "{difference}; the decision was: {decided}",
                        difference=result.differs[0],
                        decided=result.decided,
                    ),
                    next=text("The policy in force stays. Correct the rules or the example."),
                )
        before, self._policy = self._policy.version, policy
        return before != policy.version
