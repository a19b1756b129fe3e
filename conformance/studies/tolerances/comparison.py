"""One array beside its reference, as every rule sees it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conformance.checks import PAIRS, Pair
from conformance.checks.trial import Answers, Trial
from conformance.oracle.bounds import Bounded, claims
from conformance.spec.case import Case
from refimpl.dtypes import float_dtype

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


class Numbers(NamedTuple):
    """What was returned and what should have been, both in float64, element beside element.

    The reference is the exact value rounded once to the case's dtype. Elements about which the
    oracle claims nothing are left out.
    """

    got: Floats
    reference: Floats


@dataclass(frozen=True)
class Comparison:
    """One array of an answer, with everything that a rule may want to know.

    Attributes
    ----------
    case : Case
        The case.
    aspect : str
        What was looked at.
    pair : Pair
        What was returned, and the oracle's value with its bound.
    conventions : mapping
        What the dialect decides.
    arrays : frozenset of str
        The arrays that the call uses.
    """

    case: Case
    aspect: str
    pair: Pair
    conventions: Mapping[str, Any]
    arrays: frozenset[str]

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """The shapes of the case's arrays that the call uses."""
        shapes = self.case.shapes
        return {name: shapes[name] for name in shapes if name in self.arrays}

    @property
    def floats(self) -> bool:
        """Whether it holds floats, and not indices."""
        return isinstance(self.pair.expected, Bounded)

    @property
    def malformed(self) -> bool:
        """Whether the array is missing or has a wrong shape, which every rule rejects."""
        got = self.pair.got
        return got is None or tuple(got.shape) != tuple(self.pair.expected.shape)

    @functools.cached_property
    def numbers(self) -> Numbers:
        """The two arrays."""
        got, expected = self.pair.got, self.pair.expected
        assert got is not None
        if not isinstance(expected, Bounded):
            return Numbers(got.astype(np.float64).ravel(), expected.astype(np.float64).ravel())
        with np.errstate(all="ignore"):
            rounded = expected.value.astype(float_dtype(self.case.dtype)).astype(np.float64)
            found = got.astype(np.float64)
        claimed = np.isfinite(expected.bound)
        return Numbers(found[claimed], rounded[claimed])

    @functools.cached_property
    def same(self) -> Marks:
        """Where the two are equal, a NaN to a NaN."""
        got, reference = self.numbers
        return np.asarray((got == reference) | (np.isnan(got) & np.isnan(reference)))

    @functools.cached_property
    def error(self) -> Floats:
        """How far distance they are: 0 where they are equal, infinite where one is special."""
        got, reference = self.numbers
        with np.errstate(all="ignore"):
            distance = np.abs(got - reference)
        return np.where(self.same, 0.0, np.where(np.isfinite(distance), distance, np.inf))


def compare_answer(trial: Trial, aspect: str, answers: Answers) -> Iterator[Comparison]:
    """Lay the arrays of an answer beside the oracle's.

    Parameters
    ----------
    trial : Trial
        A case in one form of one subject.
    aspect : str
        One of `PAIRS`.
    answers : Answers
        What subjects and the oracle answer.

    Yields
    ------
    Comparison
        Those about which the oracle claims anything.
    """
    for pair in PAIRS[aspect](trial, answers):
        expected = pair.expected
        if isinstance(expected, Bounded) and expected.size and not claims(expected):
            continue
        call = trial.call
        yield Comparison(trial.case, aspect, pair, call.conventions, call.arrays)
