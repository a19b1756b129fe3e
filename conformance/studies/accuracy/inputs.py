"""The numbers of float32 that are tried: a stratified sample, or all of them, in blocks.

A stratum is a sign and an exponent: 2 x 256 of them, which between them hold every number; the
first of each sign holds zero and the subnormal numbers, the last infinity and NaN.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from conformance.spec import regimes

Bits = npt.NDArray[np.uint32]

STRATA = 512
MANTISSAS = 2**23
BLOCK = 2**16
"""So many numbers are looked at together: what is made of them fits a cache."""

_REACH = 16  # so many numbers on either side of a landmark are looked at


def sample_inputs(per_stratum: int, landmarks: Sequence[float] = ()) -> Bits:
    """Draw from every stratum, and add what must not be missed.

    Parameters
    ----------
    per_stratum : int
        How many equal parts the mantissas of each stratum are divided into; one is drawn from
        each.
    landmarks : sequence of float
        Points whose 32 nearest neighbours are wanted, too.

    Returns
    -------
    ndarray of uint32
        The numbers' bits in ascending order, each once; the first and the last two numbers of
        each stratum are among them.
    """
    starts = np.arange(per_stratum, dtype=np.int64) * MANTISSAS // per_stratum
    widths = np.diff(starts, append=MANTISSAS)
    edges = np.array([0, 1, MANTISSAS - 2, MANTISSAS - 1], dtype=np.int64)
    drawn = []
    for stratum in range(STRATA):
        words = regimes.bits(f"accuracy/{stratum}", per_stratum)
        inside = (words % widths.astype(np.uint64)).astype(np.int64)
        drawn += [stratum * MANTISSAS + edges, stratum * MANTISSAS + starts + inside]
    drawn += [_neighbours(point) for point in landmarks]
    return np.unique(np.concatenate(drawn)).astype(np.uint32)


def _neighbours(point: float) -> npt.NDArray[np.int64]:
    return int(np.float32(point).view(np.uint32)) + np.arange(-_REACH, _REACH + 1, dtype=np.int64)


def block_of_all(index: int) -> Bits:
    """Return one block of all numbers.

    Parameters
    ----------
    index : int
        Which, below `2**32 // BLOCK`.

    Returns
    -------
    ndarray of uint32
    """
    return np.arange(index * BLOCK, (index + 1) * BLOCK, dtype=np.uint64).astype(np.uint32)


def to_numbers(bits: Bits) -> npt.NDArray[np.float32]:
    """Read bits as numbers.

    Parameters
    ----------
    bits : ndarray of uint32
        The bits.

    Returns
    -------
    ndarray of float32
    """
    return bits.view(np.float32)


def exponent_of(stratum: int) -> int:
    """Return the exponent of a stratum.

    Parameters
    ----------
    stratum : int
        Below `STRATA`.

    Returns
    -------
    int
        From -127, which stands for zero and the subnormal numbers, to 128, infinity and NaN.
    """
    return stratum % 256 - 127
