"""Quantities of resources (`100m`, `1Gi`), added up exactly and written back in the form that they came in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

FORM: Final = re.compile(r"([+-]?[0-9.]+)(?:([eE][+-]?[0-9]+)|(m|u|n|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?")
DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY: Final = ("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def parse_quantity(written: object) -> Decimal:
    """Raises `ValueError`."""
    match = FORM.fullmatch(str(written))
    if match is None:
        raise ValueError(f"{written!r} is no quantity")
    number, suffix = Decimal(match[1] + (match[2] or "")), match[3] or ""
    if suffix in BINARY:
        return number * Decimal(1024 ** (BINARY.index(suffix) + 1))
    return number.scaleb(DECIMAL[suffix])


def show_quantity(value: Decimal, *, binary: bool) -> str:
    """Canonical: the largest suffix without a fraction."""
    if binary and value == value.to_integral_value():
        for power in range(len(BINARY), 0, -1):
            if value and value % 1024**power == 0:
                return f"{value / 1024**power:f}{BINARY[power - 1]}"
        return f"{value.normalize():f}"
    if value != value.to_integral_value():
        return f"{(value * 1000).to_integral_value():f}m"
    for suffix in ("E", "P", "T", "G", "M", "k"):
        if value and value % Decimal(10) ** DECIMAL[suffix] == 0:
            return f"{value.scaleb(-DECIMAL[suffix]).to_integral_value():f}{suffix}"
    return f"{value.normalize():f}"
