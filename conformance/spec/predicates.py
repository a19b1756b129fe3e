"""For which cases a record holds."""

from __future__ import annotations

from conformance.spec.case import Case

_HALVES = ("float16", "bfloat16")


def half(case: Case) -> bool:
    """Whether the dtype is a half type."""
    return case.dtype in _HALVES


def special(case: Case) -> bool:
    """Whether the data hold NaN, infinities and subnormal numbers, enough to fill a vector."""
    return case.regime == "special" and not few(case)


def few(case: Case) -> bool:
    """Whether the data are too few for a vectorised kernel: activations see NaN and infinities."""
    return "few" in case.words


def every_number(case: Case) -> bool:
    """Whether the data hold every number of the dtype."""
    return case.regime == "all"
