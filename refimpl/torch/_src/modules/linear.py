"""The linear layer (torch.nn.Linear)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl._arguments import new_array, read_flag, read_size
from refimpl.torch._src.functional import linear
from refimpl.torch._src.init import fill_bias, fill_weight
from refimpl.torch._src.modules.function import FunctionModule
from refimpl.torch._src.modules.module import parameter_dtype
from refimpl.torch._src.parameter import Parameter

__all__ = ["Linear"]


class Linear(FunctionModule):
    """Compute `input @ weight.T + bias`; see `functional.linear`.

    Parameters
    ----------
    in_features, out_features : int
        The extents of the last axis before and after.
    bias : bool, default True
        Whether there is a bias.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of the parameters, by default float32.

    Attributes
    ----------
    weight : Parameter of shape (out_features, in_features)
    bias : Parameter of shape (out_features,), or None

    Notes
    -----
    Both parameters are drawn uniformly from ±1 / sqrt(in_features). Source: PyTorch's
    documentation of `torch.nn.Linear`.
    """

    _function = linear.linear
    _arguments = ("weight", "bias")

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        in_features = read_size(in_features, "in_features", least=0)
        out_features = read_size(out_features, "out_features", least=0)
        biased = read_flag(bias, "bias")
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(
            new_array((out_features, in_features), real, "in_features and out_features")
        )
        self.register_parameter("bias", Parameter(np.empty(out_features, real)) if biased else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        fill_weight(self.weight)
        fill_bias(self.bias, self.weight)

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
