"""What a draw is: a short program whose arrays depend on a seed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

# Each draw is repeated for so many seeds, and for so few where nothing is drawn.
SEEDS = 100
FEW_SEEDS = 3
# Shapes on both sides of every branch: below, at and above the vectors of 16, and large.
SIZES = (1, 15, 16, 17, 1000)
RATES = (0.0, 0.3, 0.5, 1.0)

Program = Callable[[Any, int], list[Any]]


@dataclass(frozen=True)
class Draw:
    """A short program whose arrays depend on a seed alone.

    Attributes
    ----------
    name : str
        A word or two for the id.
    dialect : str
        Whose words it is written in.
    program : callable
        (Root, seed) -> arrays in the root's own type. Python's own generator has been seeded.
    hunts : str
        What it is there to catch.
    wrong : callable or None
        A negative control: a program for refimpl that is wrong in one small thing. What it draws
        must *not* be what the subject draws, or the comparison is blind to that thing.
    bound : callable or None
        A program for refimpl whose arrays are the bounds of those of `program`, where rounding
        decides the last bits; without one the bytes must be equal.
    seeds : int
        For how many seeds it is repeated.
    """

    name: str
    dialect: str
    program: Program = field(repr=False)  # an address says nothing, and is another each time
    hunts: str
    wrong: Program | None = field(default=None, repr=False)
    bound: Program | None = field(default=None, repr=False)
    seeds: int = SEEDS
