"""The linear map (torch.nn.functional.linear)."""

from __future__ import annotations

from typing import Any

from refimpl.differentiable import differentiable
from refimpl.ops import linear as ops
from refimpl.ops.array import Array, Vjp
from refimpl.torch.nn.functional._arguments import floats, matching
from refimpl.torch.nn.parameter import Tensor


@differentiable
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> tuple[Array, Vjp]:
    """Compute `input @ weight.T + bias`.

    Parameters
    ----------
    input : (*, I) array
        Floats; any leading axes, or none.
    weight : (O, I) or (I,) array
        In the input's dtype.
    bias : (O,) array, optional
        Of shape () if `weight` is a vector.

    Returns
    -------
    (*, O) or (*) array
        Without the last axis if `weight` is a vector.

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
    x = floats(input, "input")
    w = matching(weight, "weight", x)
    if w.ndim not in (1, 2):
        raise ValueError(f"weight must have shape (O, I) or (I,); got {w.shape}")
    if x.ndim < 1 or x.shape[-1] != w.shape[-1]:
        raise ValueError(
            f"input must have {w.shape[-1]} features in its last axis, as weight of shape "
            f"{w.shape} needs; got shape {x.shape}"
        )
    b = None if bias is None else matching(bias, "bias", x)
    if b is not None and b.shape != w.shape[:-1]:
        raise ValueError(f"bias must have shape {w.shape[:-1]}; got {b.shape}")
    if w.ndim == 2:
        return ops.linear(x, w, b)
    output, vjp = ops.linear(x, w[None], None if b is None else b[None])

    def squeezed(cotangent: Array) -> tuple[Any, ...]:
        input_bar, weight_bar, bias_bar = vjp(cotangent[..., None])
        return input_bar, weight_bar[0], None if bias_bar is None else bias_bar[0, ...]

    return output[..., 0], squeezed
