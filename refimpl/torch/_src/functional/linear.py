"""The linear map (torch.nn.functional.linear)."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import check_shape
from refimpl.differentiable import differentiable
from refimpl.ops import linear as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch._src.arguments import read_array, read_companion, read_floats
from refimpl.torch._src.parameter import Tensor

__all__ = ["linear"]


@differentiable
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> tuple[Array, Vjp]:
    """Return `input @ weight.T + bias`.

    Parameters
    ----------
    input : (*, I) array
        Floats; any leading axes, or none.
    weight : (O, I) or (I,) array
        In the input's dtype. A vector leaves the output without its last axis.
    bias : (O,) array, optional
        Of shape () if `weight` is a vector.

    Raises
    ------
    TypeError
        If dtypes differ.
    ValueError
        If shapes do not fit.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.linear`.
    """
    x = read_floats(input)
    w = read_companion(weight, "weight", x)
    b = None if bias is None else read_array(bias, "bias")
    if w.ndim != 1:
        return ops.linear(x, w, b)
    if b is not None:
        check_shape(b, "bias", ())
    output, vjp = ops.linear(x, w[None], None if b is None else b[None])

    def squeezed(cotangent: Array) -> tuple[Any, ...]:
        input_bar, weight_bar, bias_bar = vjp(cotangent[..., None])
        return input_bar, weight_bar[0], None if bias_bar is None else bias_bar[0, ...]

    return output[..., 0], squeezed
