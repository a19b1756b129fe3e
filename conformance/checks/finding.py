"""What a check finds: one comparison, its K, and where the worst of it lies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.oracle.bounds import Bounded, claims, distance

Array = npt.NDArray[Any]


class NothingCompared(Exception):  # noqa: N818 - a defect of the suite, told apart from a subject's
    """A check that would have compared nothing."""


@dataclass(frozen=True)
class Finding:
    """One comparison.

    Attributes
    ----------
    what : str
        What was compared, such as 'gradient of weight'.
    k : float
        The distance in units of the bound; infinite where there is none.
    index, got, expected, bound : object
        The worst element, for a reader; None or words where there is no single element.
    remark : str
        What is worth telling though nothing is wrong.
    """

    what: str
    k: float
    index: object = None
    got: object = None
    expected: object = None
    bound: object = None
    remark: str = ""


@dataclass(frozen=True)
class Pair:
    """A number, or an array of them, beside what the oracle says of it.

    Attributes
    ----------
    what : str
        What it is, such as 'gradient of weight'.
    got : ndarray or None
        What the subject returned, in the neutral layout; None if it returned none.
    expected : Bounded or ndarray
        The oracle's answer.
    exact : bool
        Whether they must be equal.
    kind : str
        What there is none of, if it is missing.
    """

    what: str
    got: Array | None
    expected: Any
    exact: bool = False
    kind: str = "array"

    def finding(self) -> Finding:
        """Compare the two.

        Returns
        -------
        Finding
        """
        if self.got is None:
            return Finding(self.what, math.inf, "all", f"no such {self.kind}", "one", "none")
        return compare_within_bound(self.what, self.got, self.expected, exact=self.exact)


def compare_within_bound(what: str, got: Array, expected: Any, *, exact: bool = False) -> Finding:
    """Compare an array with what the oracle says of it.

    Parameters
    ----------
    what : str
        What is compared.
    got : ndarray
        What the subject returned, in the neutral layout.
    expected : Bounded or ndarray
        The oracle's answer; integers must be equal.
    exact : bool
        Demand equality after one rounding to the dtype of `got`.

    Returns
    -------
    Finding

    Raises
    ------
    NothingCompared
        If the oracle claims nothing about any element.
    """
    if tuple(got.shape) != tuple(expected.shape):
        return Finding(what, math.inf, "shape", tuple(got.shape), tuple(expected.shape), "none")
    if not isinstance(expected, Bounded):
        return compare_arrays(what, got, expected)
    if got.size == 0:
        return Finding(what, 0.0)
    if exact:
        return compare_arrays(what, got, expected.value.astype(got.dtype))
    if claims(expected) == 0:
        raise NothingCompared(f"the bound of every element of the {what} is infinite")
    k = distance(got, expected)
    index = _index(int(np.argmax(k)), k.shape)
    return Finding(
        what,
        float(k[index]),
        index,
        got[index],
        expected.value[index],
        f"{expected.bound[index]:.4g}",
    )


def compare_arrays(what: str, got: Array, expected: Array) -> Finding:
    """Demand equality of every element, NaN equal to NaN.

    Parameters
    ----------
    what : str
        What is compared.
    got, expected : ndarray
        The two arrays.

    Returns
    -------
    Finding
        K is 0 or infinite.
    """
    if tuple(got.shape) != tuple(expected.shape):
        return Finding(what, math.inf, "shape", tuple(got.shape), tuple(expected.shape), "none")
    with np.errstate(invalid="ignore"):
        same = (got == expected) | ((got != got) & (expected != expected))
    if bool(np.all(same)):
        return Finding(what, 0.0)
    index = _index(int(np.argmin(same)), np.shape(same))
    return Finding(what, math.inf, index, got[index], expected[index], "0 (exact)")


def compare_values(what: str, got: object, expected: object) -> Finding:
    """Demand that two plain values are equal.

    Parameters
    ----------
    what : str
        What is compared.
    got, expected : object
        Names, shapes, dtypes.

    Returns
    -------
    Finding
    """
    if got == expected:
        return Finding(what, 0.0)
    return Finding(what, math.inf, "value", got, expected, "0 (exact)")


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))
