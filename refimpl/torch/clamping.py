"""`torch.clamp`, which the chapter holds against ReLU."""

from __future__ import annotations

import math

from refimpl.differentiable import differentiable
from refimpl.errors import must
from refimpl.ops.activation import hardtanh
from refimpl.ops.array import Array, Vjp


@differentiable
def clamp(input: Array, min: float | None = None, max: float | None = None) -> tuple[Array, Vjp]:
    """Limit every element, as `torch.clamp`; the derivative at a limit is 1.

    Parameters
    ----------
    input : array
        Floats of any shape.
    min, max : float or None
        The limits; at least one.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If neither limit is given.
    """
    must(min is not None or max is not None, "min", "given, or max", (min, max))
    low = -math.inf if min is None else float(min)
    high = math.inf if max is None else float(max)
    return hardtanh(input, min_value=low, max_value=high, kink="linear")
