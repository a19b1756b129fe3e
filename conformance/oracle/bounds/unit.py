"""The unit of error of a dtype: how much one operation in it may be off."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass

from refimpl.dtypes import float_dtype

ORACLE = 2.0**-53
"""Unit roundoff of float64, in which the oracle computes; every rounding adds it."""

TRANSCENDENTAL = 4.0
"""Units allowed to each evaluation of a transcendental function, the same for all of them."""

LIMIT = 4.0
"""The one limit on K, for every layer, dtype and aspect.

A bound is first order in the unit roundoff, and its sums grow with the square root of their
length (Higham and Mary, 2019). In their theorem the growth is λ·√n·u, and independent roundings
exceed it with probability at most 2·exp(-λ²/2); K is that λ. λ = 4 leaves 7e-4 to the *bound* on
the probability for one sum; the probability itself is far smaller, because roundings are nearly
uniform (their variance is a third of what the theorem assumes), because partial sums are smaller
than the sum of magnitudes, and because kernels add in several accumulators.
"""

# Bits of the significand and the largest exponent (IEEE 754's emax), from which all else follows.
_FORMATS = {
    "float64": (53, 1023),
    "float32": (24, 127),
    "float16": (11, 15),
    "bfloat16": (8, 127),
}


@dataclass(frozen=True)
class Unit:
    """What one operation in a dtype may lose.

    Parameters
    ----------
    dtype : str
        'float64', 'float32', 'float16' or 'bfloat16'.
    rounding : float
        Unit roundoff u of one rounding to the dtype: 2**-53, 2**-24, 2**-11, 2**-8.
    accumulation : float
        Unit roundoff in which sums and dot products accumulate: that of the dtype, but of
        float32 for half types.
    smallest : float
        Smallest normal number.
    underflow : float
        Absolute error of an operation whose result falls below `smallest`: `smallest` itself,
        for kernels may flush subnormals to zero. float16 is computed in float32, whose range
        holds float16's subnormals, so there it is half the smallest subnormal.
    flush : float
        Absolute error of one product inside a dot product: the smallest normal number of the
        dtype it accumulates in.
    overflow : float
        Largest finite number.
    accumulation_overflow : float
        Largest finite number of the dtype in which sums and dot products accumulate.
    factor : float
        Unit roundoff of the type to which the factors of products inside sums are rounded first,
        as of hardware that multiplies tfloat32; 0 where they are not.
    """

    dtype: str
    rounding: float
    accumulation: float
    smallest: float
    underflow: float
    flush: float
    overflow: float
    accumulation_overflow: float
    factor: float = 0.0

    @staticmethod
    @functools.cache
    def of(dtype: str) -> Unit:
        """Return the unit of a dtype, the same object each time.

        Parameters
        ----------
        dtype : str
            'float64', 'float32', 'float16' or 'bfloat16'.

        Returns
        -------
        Unit

        Raises
        ------
        ValueError
            If it is none of these.
        """
        if dtype not in _FORMATS:
            raise ValueError(f"dtype must be one of {', '.join(_FORMATS)}; got {dtype!r}")
        bits, largest_exponent = _FORMATS[dtype]
        rounding = 2.0**-bits
        smallest = 2.0 ** (1 - largest_exponent)
        wider = "float64" if dtype == "float64" else "float32"
        return Unit(
            dtype=dtype,
            rounding=rounding,
            accumulation=2.0 ** -_FORMATS[wider][0],
            smallest=smallest,
            underflow=smallest * rounding if dtype == "float16" else smallest,
            flush=2.0 ** (1 - _FORMATS[wider][1]),
            overflow=_largest(dtype),
            accumulation_overflow=_largest(wider),
        )

    def with_sums_in_dtype(self) -> Unit:
        """Return the unit of a kernel that accumulates in the dtype itself.

        Returns
        -------
        Unit
            As this one, but for half types sums and dot products are rounded at every step.
        """
        return dataclasses.replace(self, accumulation=self.rounding)

    @functools.cached_property
    def step(self) -> float:
        """Relative error of one rounding and of the oracle's own."""
        return self.rounding + ORACLE

    @functools.cached_property
    def growth(self) -> float:
        """Relative error of one rounding while accumulating, and of the oracle's own."""
        return self.accumulation + ORACLE

    @functools.cached_property
    def storage(self) -> object:
        """NumPy's dtype, asked for only when numbers are rounded to it."""
        return float_dtype(self.dtype)


def _largest(dtype: str) -> float:
    bits, largest_exponent = _FORMATS[dtype]
    return (2.0 - 2.0 ** (1 - bits)) * 2.0**largest_exponent
