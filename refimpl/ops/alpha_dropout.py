"""Alpha dropout's arithmetic for a mask that is given: mean and variance stay as they are."""

from __future__ import annotations

import math

import numpy as np

from refimpl.errors import must
from refimpl.ops.arguments import check_float
from refimpl.ops.array import Array, Vjp, half_in_float32
from refimpl.ops.shapes import check_broadcasts_to, check_shape

# scale * alpha of SELU: what it goes down to, and what a dropped element becomes, before scaling.
_DEPTH = 1.0507009873554805 * 1.6732632423543772


@half_in_float32
def alpha_dropout(input: Array, keep: Array, *, rate: float) -> tuple[Array, Vjp]:
    """Replace some elements by SELU's least value, and rescale so that 0 mean, variance 1 stay.

    Parameters
    ----------
    input : array
        Floats.
    keep : bool array
        True where an element is kept; broadcast against the input, so that one flag may stand
        for a whole channel.
    rate : float
        The probability of dropping, in [0, 1]. At 1 the output is zero, whatever `keep` says.

    Returns
    -------
    output : array of the input's shape
    vjp : callable
        `vjp(cotangent)` returns the cotangent of the input.

    Raises
    ------
    TypeError
        If the input does not hold floats or `keep` does not hold bools.
    ValueError
        If `rate` is outside [0, 1] or `keep` does not broadcast to the input.

    Notes
    -----
    With d = 1.758…, `a = ((d**2 rate + 1) (1 - rate))**-1/2` and `b = a d rate`, a kept x becomes
    `a x + b` and a dropped one `b - a d`. A dropped NaN stays NaN, as it is multiplied by 0.
    Source: G. Klambauer et al., *Self-normalizing neural networks*, 2017; PyTorch's page
    `torch.nn.AlphaDropout`.
    """
    check_float(input, "input")
    dtype = getattr(keep, "dtype", None)
    if dtype != np.bool_:
        raise TypeError(f"keep must be an array of bools; got {type(keep).__name__} of {dtype}")
    check_broadcasts_to(keep, "keep", input.shape)
    must(0.0 <= rate <= 1.0, "rate", "in [0, 1]", rate)
    rate = float(rate)
    shape = input.shape
    flags = keep.astype(input.dtype)
    a = 0.0 if rate == 1.0 else 1.0 / math.sqrt((_DEPTH * _DEPTH * rate + 1.0) * (1.0 - rate))
    scale = flags * a

    def vjp(cotangent: Array) -> tuple[Array]:
        check_shape(cotangent, "cotangent", shape)
        return (cotangent * scale,)

    output = input * scale
    if rate < 1.0:
        # Nothing is added at rate 1, so that the sign of a zero stays, as in torch.
        output = output + ((flags - 1.0) * (_DEPTH * a) + _DEPTH * a * rate)
    return output, vjp
