"""How far rounding may take two honest QR decompositions of one matrix apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt


def orthogonal(drawn: npt.NDArray[Any]) -> float:
    """Bound the difference of two computed orthogonal factors of one matrix, in any element.

    Parameters
    ----------
    drawn : (m, n) ndarray
        The matrix, in the dtype of the computation.

    Returns
    -------
    float

    Notes
    -----
    A factor computed by Householder's reflections is within √n·γ of the orthogonal factor of a
    matrix A + E, where the columns of E are at most γ times those of A (N. Higham, *Accuracy and
    Stability of Numerical Algorithms*, 2nd ed., theorem 19.4 and equation 19.13), and that is at
    most √2·κ(A)·‖E‖/‖A‖ from the factor of A (G. W. Stewart, *Perturbation bounds for the QR
    factorization of a matrix*, 1977). γ is m·n roundings, or √(m·n) if they are independent, as
    in all of this suite's bounds. Each of the two may be so far off.
    """
    most, least = max(drawn.shape), min(drawn.shape)
    condition = float(np.linalg.cond(drawn.astype(np.float64)))
    roundings = math.sqrt(most * least) * float(np.finfo(drawn.dtype).eps) / 2
    return 2.0 * math.sqrt(least) * (1.0 + math.sqrt(2.0) * condition) * roundings
