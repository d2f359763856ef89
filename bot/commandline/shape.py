"""What an arguments model takes on a command line, derived from its `Flag` and `Words` annotations and nothing else.

Fields without either (set by a plan when it is pinned) have no part in it, so nobody can type them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from bot.operations.arguments import Arguments, Flag, Words
from bot.text import Text

_FREE: Final = frozenset({"TEXT", "JSON", "VALUE"})


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One field that a person can set. `many` takes several values, `switch` none, `whole` a whole number.

    `metavar` also says what it takes: TEXT and JSON any script, a form with `=` pairs, everything else ASCII.
    """

    field: str
    name: str
    short: str
    metavar: str
    help: Text | None
    kinds: tuple[str, ...]
    required: bool
    default: Any
    many: bool
    switch: bool
    whole: bool
    options: tuple[str, ...]
    split: bool

    @property
    def positional(self) -> bool:
        return not self.name

    @property
    def shown(self) -> str:
        """How sentences call it: `--to-revision`, or `KIND/NAME` where it is a word."""
        return self.name or self.metavar

    @property
    def free(self) -> bool:
        """Whether any script may be written; names, images and numbers are ASCII."""
        return self.metavar in _FREE

    @property
    def pairs(self) -> bool:
        """Whether it takes `KEY=VALUE` words (and `KEY-`, kubectl's way to remove one)."""
        return self.positional and "=" in self.metavar

    @property
    def free_value(self) -> bool:
        """Whether the value of a pair may have any script."""
        return self.pairs and self.metavar.partition("=")[2] in _FREE


@dataclass(frozen=True)
class Shape:
    """All arguments of a model in the order of its fields, words first: the canonical order of a line."""

    words: tuple[Argument, ...]
    flags: tuple[Argument, ...]

    def __iter__(self) -> Iterator[Argument]:
        return iter((*self.words, *self.flags))

    def flag(self, name: str) -> Argument | None:
        """The flag by `--name` (any case, `_` for `-` as in kubectl) or by `-n` (exact)."""
        if name.startswith("--"):
            wanted = name.lower().replace("_", "-")
            return next((flag for flag in self.flags if flag.name == wanted), None)
        return next((flag for flag in self.flags if flag.short and flag.short == name), None)


@cache
def shape_of(model: type[Arguments]) -> Shape:
    """The shape of a model. Raises `TypeError` for a declaration that no line could fill without a guess."""
    found = [argument for name in model.model_fields if (argument := _argument(model, name)) is not None]
    shape = Shape(
        tuple(argument for argument in found if argument.positional),
        tuple(argument for argument in found if not argument.positional),
    )
    names = [name for flag in shape.flags for name in (flag.name, flag.short) if name]
    if len(names) != len(set(names)):
        raise TypeError(f"{model.__name__} declares a flag twice: {names}")
    rest = [word.many and not word.pairs for word in shape.words if not word.pairs]
    if sum(rest) > 1 or any(rest[:-1]) or sum(word.pairs for word in shape.words) > 1:
        raise TypeError(f"{model.__name__}: only the last of the words may take all that are left")
    return shape


def _argument(model: type[Arguments], name: str) -> Argument | None:
    info = model.model_fields[name]
    mark = next((each for each in info.metadata if isinstance(each, Flag | Words)), None)
    if mark is None:
        return None
    kind = _plain(info.annotation)
    many = get_origin(kind) is tuple
    item = _plain(get_args(kind)[0]) if many else kind
    options = _options(item)
    return Argument(
        field=name,
        name=mark.name if isinstance(mark, Flag) else "",
        short=mark.short if isinstance(mark, Flag) else "",
        metavar=mark.metavar or _metavar(item, options),
        help=mark.help,
        kinds=mark.kinds if isinstance(mark, Words) else (),
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(call_default_factory=True, validated_data={}),
        many=many,
        switch=item is bool,
        whole=item is int,
        options=options,
        split=isinstance(mark, Flag) and mark.split,
    )


def _plain(annotation: Any) -> Any:
    """The type without `Annotated` and `| None`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _plain(get_args(annotation)[0])
    if origin in (Union, UnionType):
        inner = [each for each in get_args(annotation) if each is not NoneType]
        return _plain(inner[0]) if len(inner) == 1 else str
    return annotation


def _options(item: Any) -> tuple[str, ...]:
    if get_origin(item) is Literal:
        return tuple(str(option) for option in get_args(item) if option != "")
    if isinstance(item, type) and issubclass(item, Enum):
        return tuple(str(option.value) for option in item)
    return ()


def _metavar(item: Any, options: tuple[str, ...]) -> str:
    if options:
        return "|".join(options)
    return "N" if item in (int, float) else "STRING" if item is not bool else ""
