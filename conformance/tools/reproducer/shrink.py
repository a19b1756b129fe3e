"""Greedy delta debugging: makes a case smaller as long as it fails in the same way.

Only valid cases count: refimpl, in the same dialect, must pass each of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from sys import float_info
from typing import Any

import numpy as np

from conformance.judging.claim import Claim, Target
from conformance.judging.session import Session
from conformance.oracle.bounds import LIMIT
from conformance.spec.case import Array
from conformance.tools.reproducer.concrete_case import ConcreteCase, Key
from conformance.tools.reproducer.dimensions import (
    Dimension,
    dimensions,
    simpler_options,
    size_of,
    with_indices,
    with_values,
)
from conformance.tools.reproducer.failure import Failure, NoCapsule
from conformance.tools.reproducer.failure_of import find_failure
from conformance.tools.reproducer.literals import ramp_like

# A failure beyond this stays beyond it: it shall not wither into one of the last digit.
_GROSS = 1000.0
# An array of more elements is first of all made plain: there may be no time for each of them.
_LARGE = 512


@dataclass(frozen=True)
class ShrinkResult:
    """What is left of a failure.

    Attributes
    ----------
    failure : Failure
        The same failure of a smaller case.
    tried : int
        How many cases were judged.
    remark : str
        Why it may not be the smallest; empty if everything was tried.
    """

    failure: Failure
    count: int
    remark: str = ""


class _OutOfTime(Exception):  # noqa: N818 - not an error
    pass


class _Search:
    """The smallest failure so far, and what is asked of the next."""

    def __init__(self, claim: Claim, failure: Failure, seconds: float, clock: Any) -> None:
        self.failure, self.count = failure, 0
        self._claim, self._clock, self._end = claim, clock, clock() + seconds
        self._session = failure.session
        self._healthy = Session(oracle=self._session)
        self._reference = f"refimpl.{self._session.roster[claim.subject].dialect}"
        self._like = _likeness(failure)
        self._range = _k_range(failure.finding.k)

    @property
    def case(self) -> ConcreteCase:
        case = self.failure.trial.case
        assert isinstance(case, ConcreteCase)
        return case

    def accept(self, case: ConcreteCase) -> bool:
        """Judge a smaller case, and go on from it if it fails in the same way."""
        if self._clock() > self._end:
            raise _OutOfTime
        self.count += 1
        found = _try_failure(replace(self._claim, case=case), self._session)
        if found is None or _likeness(found) != self._like:
            return False
        least, most = self._range
        k = found.finding.k
        if not least <= k <= most or k <= LIMIT or not self.is_right(case):
            return False
        self.failure = found
        return True

    def is_right(self, case: ConcreteCase) -> bool:
        """Whether a healthy subject of the dialect passes a case."""
        target = Target(self._reference, self._claim.targets[0].form)
        found = _try_failure(replace(self._claim, case=case, targets=(target,)), self._healthy)
        return found is not None and not found.fails

    def try_inexact(self) -> None:
        """Ask for a bound instead of equality, where that is enough."""
        case, strict = self.case, self._range
        if case.regime == "exact":
            self._range = (LIMIT, math.inf)
            inexact = self.accept(replace(case, regime="normal"))
            self._range = _k_range(self.failure.finding.k) if inexact else strict


def _try_failure(claim: Claim, session: Session) -> Failure | None:
    """Judge a case that may no longer be legal: then there is nothing."""
    try:
        with np.errstate(all="ignore"):
            return find_failure(claim, session)
    except (NoCapsule, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _likeness(failure: Failure) -> tuple[object, ...]:
    """What two failures have in common that are the same one."""
    finding = failure.finding
    return finding.what, isinstance(finding.index, str), failure.raised


def _k_range(k: float) -> tuple[float, float]:
    """The range of what fails in the same way: a gross failure stays one, a finite K finite."""
    if math.isinf(k):
        return k, k
    return max(LIMIT, min(k / 4, _GROSS)), float_info.max


def shrink(
    claim: Claim, failure: Failure, seconds: float, clock: Callable[[], float] = time.monotonic
) -> ShrinkResult:
    """Make a failing case as small as possible.

    Parameters
    ----------
    claim : Claim
        What fails.
    failure : Failure
        How; its case is `ConcreteCase`.
    seconds : float
        How long to try.
    clock : callable
        Returns the time in seconds.

    Returns
    -------
    ShrinkResult
    """
    search = _Search(claim, failure, seconds, clock)
    if not search.is_right(search.case):
        remark = "refimpl does not pass this case, either: it was not made smaller."
        return ShrinkResult(failure, 0, remark)
    try:
        search.try_inexact()
        _simplify_arrays(search, more_than=_LARGE)
        before: tuple[Any, ...] | None = None
        while before != _weight(search.case):
            before = _weight(search.case)
            _shrink_sizes(search)
            _simplify_options(search)
            _simplify_values(search)
    except _OutOfTime:
        remark = f"It was made smaller for {seconds:g} s, not to the end."
        return ShrinkResult(search.failure, search.count, remark)
    return ShrinkResult(search.failure, search.count)


def _weight(case: ConcreteCase) -> tuple[Any, ...]:
    return (
        sum(array.size for array in case.values.values()),
        str(sorted(case.config.items())),
        tuple(array.tobytes() for array in case.values.values()),
    )


def _shrink_sizes(search: _Search) -> None:
    for place in range(len(dimensions(search.case))):
        while place < len(dimensions(search.case)):
            dimension = dimensions(search.case)[place]
            if not any(map(search.accept, _propose_subsets(search.case, dimension))):
                break


def _propose_subsets(case: ConcreteCase, dimension: Dimension) -> Iterator[ConcreteCase]:
    """Propose halves of a dimension, then ever smaller parts left out."""
    count = size_of(case, dimension)
    indices = np.arange(count)
    part = count // 2
    while part:
        for start in range(0, count, part):
            remaining = np.delete(indices, slice(start, start + part))
            if remaining.size:
                yield with_indices(case, dimension, remaining)
        part //= 2


def _simplify_options(search: _Search) -> None:
    while any(
        search.accept(case)
        for case in simpler_options(search.case)
        if _weight(case)[1:2] != _weight(search.case)[1:2]
    ):
        pass


def _simplify_arrays(search: _Search, more_than: int = 0) -> None:
    for key, array in list(search.case.values.items()):
        if array.size > more_than:
            any(_try_array(search, key, plain) for plain in _simpler_arrays(array))


def _simplify_values(search: _Search) -> None:
    _simplify_arrays(search)
    for key, array in list(search.case.values.items()):
        for flat in range(array.size):
            _simplify_element(search, key, flat)


def _simpler_arrays(array: Array) -> list[Array]:
    """Simpler arrays, the simplest first."""
    if array.dtype.kind == "i":
        return [np.zeros_like(array)]
    with np.errstate(all="ignore"):
        rounded = np.round(array.astype(np.float64))
        several = [ramp_like(array), rounded.astype(array.dtype)]
    return [np.zeros_like(array), np.ones_like(array), *several]


def _try_array(search: _Search, key: Key, array: Array) -> bool:
    case = search.case
    if array.tobytes() == case.values[key].tobytes():
        return True
    return search.accept(with_values(case, {**case.values, key: array}))


def _simplify_element(search: _Search, key: Key, flat: int) -> None:
    old = search.case.values[key]
    value = old.reshape(-1)[flat]
    for candidate in _simpler_numbers(value):
        array = old.copy()
        array.reshape(-1)[flat] = candidate
        if _try_array(search, key, array):
            return


def _simpler_numbers(value: Any) -> list[Any]:
    """Numbers near or plainer than this one, the plainest first; none is less plain."""
    if value == 0 or (not np.issubdtype(value.dtype, np.integer) and not np.isfinite(value)):
        return []
    if np.issubdtype(value.dtype, np.integer):
        return [number for number in (0, 1) if number < abs(int(value))]
    number = float(value)
    near = [0.0, 1.0, -1.0, 2.0, -2.0, float(round(number))]
    near += [float(f"{number:.{digits}e}") for digits in range(4)]
    short = [other for other in near if len(f"{other:g}") <= len(repr(number))]
    end = short.index(number) if number in short else len(short)
    return [type(value)(other) for other in short[:end]]
