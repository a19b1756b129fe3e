"""What becomes of a user's arrays: each compared with what must come out."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from conformance.oracle.bounds import LIMIT, Bounded, distance
from conformance.tools.arrays.conversion import Array

Word = Literal["pass", "fail", "ill-conditioned"]
# How many elements a message names beside the worst.
_NAMED = 3


@dataclass(frozen=True)
class Comparison:
    """One array beside what must come out.

    Attributes
    ----------
    what : str
        Which: 'output', 'gradient of weight', 'running_mean'.
    verdict : {'pass', 'fail', 'ill-conditioned'}
        'ill-conditioned': nothing is too far off, but the bounds of some elements are as wide as
        the whole array is large, or infinite, so that no tolerance could tell right from wrong.
    k : float
        The largest error in units of the bound; infinite where no bound can hold, such as for a
        NaN or a wrong shape.
    shape : tuple of int
        The array's shape.
    beyond, ill : int
        How many elements are beyond the limit, and how many ill-conditioned.
    size : int
        How many elements there are.
    index : tuple of int, optional
        The worst element, or the first ill-conditioned one; None if there is none.
    got, expected, bound : float or None
        That element, what it must be, and how far an honest one may be from it at K = 1.
    words : str
        What is wrong where it is no element: a shape, say.
    """

    what: str
    verdict: Word
    k: float
    shape: tuple[int, ...]
    beyond: int = 0
    ill: int = 0
    size: int = 0
    index: tuple[int, ...] | None = None
    got: float | None = None
    expected: float | None = None
    bound: float | None = None
    words: str = ""

    @property
    def share(self) -> float:
        """The share of the elements that are beyond the limit."""
        return self.beyond / self.size if self.size else 0.0

    def __str__(self) -> str:
        """Say it as a failed assertion does."""
        if self.words:
            return f"{self.what}: {self.words}"
        lines = [f"{self.what}: {self.verdict}, K = {self.k:.4g} (limit {LIMIT:g})"]
        if self.verdict == "fail":
            lines.append(
                f"Mismatched elements: {self.beyond} / {self.size} ({100 * self.share:.1f}%)"
            )
            label = "Worst element"
        elif self.verdict == "ill-conditioned":
            lines.append(
                f"Elements without a bound that says anything: {self.ill} / {self.size}"
                f" ({100 * self.ill / self.size:.1f}%)"
            )
            label = "First of them"
        else:
            label = "Worst element"
        if self.index is not None and self.got is not None and self.expected is not None:
            lines.append(
                f"{label}: at index {self.index}: got {self.got:.9g}, expected"
                f" {self.expected:.9g}, off by {abs(self.got - self.expected):.4g},"
                f" bound {self.bound:.4g} (up to {LIMIT * (self.bound or 0.0):.4g} allowed)"
            )
        return "\n".join(lines)


@dataclass(frozen=True)
class ArraysVerdict:
    """The verdict on all arrays of a call.

    Attributes
    ----------
    name : str
        What was called.
    comparisons : tuple of Comparison
        One for each array.
    arithmetic : str
        In which arithmetic it was judged.
    """

    name: str
    comparisons: tuple[Comparison, ...]
    arithmetic: str

    @property
    def verdict(self) -> Word:
        """'fail' if one array fails, else 'ill-conditioned' if one is, else 'pass'."""
        words: tuple[Word, ...] = ("fail", "ill-conditioned")
        for word in words:
            if any(each.verdict == word for each in self.comparisons):
                return word
        return "pass"

    @property
    def worst(self) -> Comparison:
        """The comparison that decides: one of the verdict's kind, with the largest K."""
        deciding = [each for each in self.comparisons if each.verdict == self.verdict]
        return max(deciding, key=lambda each: each.k)

    @property
    def k(self) -> float:
        """The largest error in units of the bound."""
        return max(each.k for each in self.comparisons)

    @property
    def limit(self) -> float:
        """The limit on K, the same for everything."""
        return LIMIT

    def __bool__(self) -> bool:
        """Whether it is a pass."""
        return self.verdict == "pass"

    def __repr__(self) -> str:
        shown = ", ".join(f"{each.what} {each.k:.3g}" for each in self.comparisons)
        return f"<{self.verdict}: {self.name}, K of {shown} (limit {LIMIT:g})>"

    def __str__(self) -> str:
        """Say all that there is to say."""
        told = [str(each) for each in self.comparisons if each.verdict == self.verdict]
        return "\n\n".join([f"{self.name}, judged as {self.arithmetic}", *told])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(each.what)}</td><td>{each.verdict}</td><td>{each.k:.3g}</td>"
            f"<td>{each.beyond} / {each.size}</td></tr>"
            for each in self.comparisons
        )
        return (
            f"<p><b>{self.verdict}</b>: <code>{html.escape(self.name)}</code>, judged as"
            f" {html.escape(self.arithmetic)}</p><table><tr><th>array</th><th>verdict</th>"
            f"<th>K (limit {LIMIT:g})</th><th>beyond</th></tr>{rows}</table>"
        )


def compare(what: str, got: Array, expected: Any) -> Comparison:
    """Compare an array with what must come out.

    Parameters
    ----------
    what : str
        Which it is.
    got : ndarray
        The user's.
    expected : Bounded or ndarray
        The oracle's; integers must be equal.

    Returns
    -------
    Comparison
    """
    shape = tuple(np.shape(got))
    if shape != tuple(expected.shape):
        words = f"the shape must be {tuple(expected.shape)}; got {shape}"
        return Comparison(what, "fail", math.inf, shape, words=words)
    if not isinstance(expected, Bounded):
        expected_array = np.asarray(expected)
        k = np.where(got == expected_array, 0.0, math.inf)
        value, bound = expected_array.astype(np.float64), np.zeros(shape)
        ill = np.zeros(shape, bool)
    else:
        k, value, bound = distance(got, expected), expected.value, expected.bound
        ill = _ill_conditioned(value, bound)
    size = int(k.size)
    if not size:
        return Comparison(what, "pass", 0.0, shape)
    beyond, hopeless = int(np.sum(k > LIMIT)), int(np.sum(ill))
    word: Word = "fail" if beyond else "ill-conditioned" if hopeless else "pass"
    place = np.argmax(ill) if word == "ill-conditioned" else np.argmax(k)
    index = tuple(int(i) for i in np.unravel_index(int(place), shape))
    return Comparison(
        what,
        word,
        float(np.max(k)),
        shape,
        beyond,
        hopeless,
        size,
        index,
        float(np.asarray(got[index], np.float64)),
        float(value[index]),
        float(bound[index]),
    )


def _ill_conditioned(value: Any, bound: Any) -> Any:
    """Where nothing within the array's own scale would be too far off."""
    finite = np.abs(value[np.isfinite(value)])
    scale = float(finite.max()) if finite.size else 0.0
    with np.errstate(over="ignore"):
        return (LIMIT * bound >= scale) & (bound > 0.0)


def name_outputs(count: int) -> Sequence[str]:
    """Name the outputs of a call.

    Parameters
    ----------
    count : int
        How many there are.

    Returns
    -------
    sequence of str
    """
    return ["output"] if count == 1 else [f"output {place}" for place in range(count)]
