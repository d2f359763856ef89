"""Kubernetes quantities (`500m`, `128Mi`, `2e3`): read, compared and written in the canonical form.

After `k8s.io/apimachinery` `pkg/api/resource/quantity.go`. The API server stores the canonical form, so a plan must
name it, or a field that was reached would look as if it were not.
"""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal
from typing import Final

from bot.errors import NotUnderstood
from bot.text import Code, text

WRITTEN: Final = re.compile(
    r"([+-]?)(\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d{1,2})"
)
BINARY: Final = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def amount(written: str) -> Decimal:
    """The quantity as a number. Raises `NotUnderstood` for what is none."""
    found = WRITTEN.fullmatch(written)
    if found is None:
        raise NotUnderstood(
            text("{written} is no quantity.", written=Code(ascii(written[:40])[1:-1])),
            next=text("Write it like {example}.", example=Code("500m, 2, 128Mi")),
        )
    sign, number, suffix = found.groups()
    value = Decimal(number) * (-1 if sign == "-" else 1)
    if suffix in BINARY:
        return value * BINARY[suffix]
    if suffix in DECIMAL:
        return value.scaleb(DECIMAL[suffix])
    return value.scaleb(int(suffix[1:]))


def canonical_quantity(written: str) -> str:
    """As the API server writes it: no fraction, the largest suffix of the same family, nothing below `n`.

    Raises `NotUnderstood` for what is no quantity.
    """
    value = amount(written)
    suffix = WRITTEN.fullmatch(written)[3]  # type: ignore[index]
    if suffix in BINARY and value == value.to_integral_value() and abs(value) >= 1024:
        return _largest(value, [(name, Decimal(size)) for name, size in BINARY.items()])
    if suffix in BINARY and value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    rounded = value.scaleb(9).to_integral_value(rounding=ROUND_UP).scaleb(-9)
    if suffix[:1] in ("e", "E") and suffix[1:]:
        return _exponent(rounded)
    return _largest(rounded, [(name, Decimal(1).scaleb(power)) for name, power in DECIMAL.items()])


def _largest(value: Decimal, suffixes: list[tuple[str, Decimal]]) -> str:
    if value == 0:
        return "0"
    for name, size in reversed(suffixes):
        if (value / size) == (value / size).to_integral_value():
            return f"{(value / size).to_integral_value():f}{name}"
    return f"{value:f}"


def _exponent(value: Decimal) -> str:
    if value == 0:
        return "0"
    for power in range(18, -10, -3):
        scaled = value.scaleb(-power)
        if scaled == scaled.to_integral_value():
            return f"{scaled.to_integral_value():f}" + (f"e{power}" if power else "")
    return f"{value:f}"
