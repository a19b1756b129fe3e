"""Results over many inputs, which can be merged in any order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conformance.studies.accuracy import ulp
from conformance.studies.accuracy.inputs import MANTISSAS, STRATA, Bits, to_numbers

Floats = npt.NDArray[np.float64]

QUANTITIES: tuple[str, ...] = ("output", "gradient")
_KINDS = ("a number", "an infinity", "NaN")
_SIDES = ("negative", "positive", "NaN")


class WorstCase(NamedTuple):
    """The largest error of some kind, and where it was met.

    Attributes
    ----------
    error : float
        In whatever unit.
    input, got, exact : float
        What was asked, answered and true.
    """

    error: float
    input: float
    got: float
    exact: float


class WorstByStratum:
    """The largest error of each stratum, and the smallest bits of those that show it.

    Attributes
    ----------
    error : ndarray of float64
        For each stratum; -1 where nothing was measured.
    bits : ndarray of uint32
        Where it was met.
    got, exact : ndarray of float64
        What was answered there, and what is true.
    """

    def __init__(self) -> None:
        self.error = np.full(STRATA, -1.0)
        self.bits = np.zeros(STRATA, np.uint32)
        self.got, self.exact = np.zeros(STRATA), np.zeros(STRATA)

    def add(self, bits: Bits, error: Floats, got: Floats, exact: Floats) -> None:
        """Look at inputs in ascending order of their bits; a negative error counts as none."""
        first, last = int(bits[0]) // MANTISSAS, int(bits[-1]) // MANTISSAS
        borders = np.arange(first + 1, last + 1, dtype=np.uint64) * np.uint64(MANTISSAS)
        inner = np.searchsorted(bits, borders.astype(np.uint32)).tolist()
        for start, end in itertools.pairwise([0, *inner, bits.size]):
            if start < end:
                at = start + int(np.argmax(error[start:end]))
                stratum = int(bits[at]) // MANTISSAS
                self._keep(stratum, error[at], bits[at], got[at], exact[at])

    def merge(self, other: WorstByStratum) -> None:
        """Add what was found elsewhere."""
        for stratum in np.flatnonzero(other.error >= 0.0):
            self._keep(
                int(stratum),
                other.error[stratum],
                other.bits[stratum],
                other.got[stratum],
                other.exact[stratum],
            )

    def _keep(self, stratum: int, error: float, bits: np.uint32, got: float, exact: float) -> None:
        known, at = self.error[stratum], self.bits[stratum]
        if error > known or (error == known and bits < at):
            self.error[stratum], self.bits[stratum] = error, bits
            self.got[stratum], self.exact[stratum] = got, exact

    def worst_case(self) -> WorstCase | None:
        """Return the largest of all; None if nothing was measured."""
        stratum = int(np.argmax(self.error))
        if self.error[stratum] < 0.0:
            return None
        where = float(to_numbers(self.bits[stratum : stratum + 1])[0])
        return WorstCase(
            float(self.error[stratum]), where, float(self.got[stratum]), float(self.exact[stratum])
        )


class Mistake(NamedTuple):
    """How a result that is wrong altogether is wrong.

    Attributes
    ----------
    quantity : str
        'output' or 'gradient'.
    got, exact : str
        'a number', 'an infinity' or 'NaN'.
    side : str
        The sign of the input.
    """

    quantity: str
    got: str
    exact: str
    side: str


@dataclass
class InputRange:
    """Where a mistake was met.

    Attributes
    ----------
    count : int
        At how many inputs.
    least, greatest : float
        The least and the greatest of them.
    """

    count: int
    least: float
    greatest: float

    def merge(self, other: InputRange) -> None:
        """Add what was met elsewhere."""
        self.count += other.count
        self.least = min(self.least, other.least)
        self.greatest = max(self.greatest, other.greatest)


@dataclass
class QuantityResult:
    """What was found of one quantity, output or gradient.

    Attributes
    ----------
    ulp : WorstByStratum
        Errors in units in the last place, where the exact value is zero or a normal number.
    tiny : WorstByStratum
        The same where it is below the smallest normal number.
    k : WorstByStratum
        K, the distance in units of the bound.
    lost : ndarray of int64
        How many results of each stratum are wrong altogether: NaN or infinity in place of a
        number, or the other way round.
    """

    ulp: WorstByStratum = field(default_factory=WorstByStratum)
    tiny: WorstByStratum = field(default_factory=WorstByStratum)
    k: WorstByStratum = field(default_factory=WorstByStratum)
    lost: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(STRATA, np.int64))

    def merge(self, other: QuantityResult) -> None:
        """Add what was found elsewhere."""
        self.ulp.merge(other.ulp)
        self.tiny.merge(other.tiny)
        self.k.merge(other.k)
        self.lost += other.lost


@dataclass
class ActivationResult:
    """What was found of one activation of one subject.

    Attributes
    ----------
    count : int
        At how many inputs it was asked.
    parts : dict
        'output' and 'gradient', as far as they were answered.
    mistakes : dict
        Mistake -> where it was met.
    form : str
        In which form the subject was asked.
    notes : set of str
        What it refused or raised.
    """

    count: int = 0
    parts: dict[str, QuantityResult] = field(default_factory=dict)
    mistakes: dict[Mistake, InputRange] = field(default_factory=dict)
    form: str = ""
    notes: set[str] = field(default_factory=set)

    def add(
        self, quantity: str, bits: Bits, got: npt.NDArray[Any], exact: Floats, k: Floats
    ) -> None:
        """Count the results for inputs in ascending order of their bits.

        Parameters
        ----------
        quantity : str
            'output' or 'gradient'.
        bits : ndarray of uint32
            The inputs.
        got : ndarray
            The results.
        exact, k : ndarray of float64
            The exact values, and K.
        """
        with np.errstate(invalid="ignore"):
            got = got.astype(np.float64)
        part = self.parts.setdefault(quantity, QuantityResult())
        error = ulp.error_in_ulp(got, exact)
        lost: npt.NDArray[np.bool_] = np.isinf(error)
        tiny = (np.abs(exact) < ulp.SMALLEST) & (exact != 0.0)
        part.ulp.add(bits, np.where(lost | tiny, -1.0, error), got, exact)
        if tiny.any():
            part.tiny.add(bits, np.where(lost | ~tiny, -1.0, error), got, exact)
        part.k.add(bits, k, got, exact)
        if lost.any():
            part.lost += np.bincount(bits[lost] // MANTISSAS, minlength=STRATA)
            self._mistakes(quantity, to_numbers(bits[lost]), got[lost], exact[lost])

    def _mistakes(self, quantity: str, x: npt.NDArray[np.float32], got: Floats, e: Floats) -> None:
        sides = np.where(np.isnan(x), 2, np.signbit(x) == 0)
        ways = np.stack([_kind_of(got), _kind_of(e), sides], axis=1)
        for way in np.unique(ways, axis=0):
            at = x[(ways == way).all(axis=1)]
            mistake = Mistake(quantity, _KINDS[way[0]], _KINDS[way[1]], _SIDES[way[2]])
            span = InputRange(at.size, float(at.min()), float(at.max()))
            self._merge_mistake(mistake, span)

    def _merge_mistake(self, mistake: Mistake, span: InputRange) -> None:
        if mistake in self.mistakes:
            self.mistakes[mistake].merge(span)
        else:
            self.mistakes[mistake] = InputRange(span.count, span.least, span.greatest)

    def merge(self, other: ActivationResult) -> None:
        """Add what was found elsewhere."""
        self.count += other.count
        self.form = max(self.form, other.form)
        self.notes |= other.notes
        for quantity, part in other.parts.items():
            self.parts.setdefault(quantity, QuantityResult()).merge(part)
        for mistake, span in other.mistakes.items():
            self._merge_mistake(mistake, span)


def _kind_of(values: Floats) -> npt.NDArray[np.int64]:
    return np.where(np.isnan(values), 2, np.isinf(values)).astype(np.int64)
