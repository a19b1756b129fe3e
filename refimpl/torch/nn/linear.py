"""The linear layer (torch.nn.Linear)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.ops.array import Array
from refimpl.torch.nn import functional, init
from refimpl.torch.nn.functional._arguments import flag, integer
from refimpl.torch.nn.module import Module, parameter_dtype
from refimpl.torch.nn.parameter import Parameter


class Linear(Module):
    """Compute `input @ weight.T + bias`.

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

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an extent is negative.

    Notes
    -----
    Both parameters are drawn uniformly from ±1 / sqrt(in_features). Source: PyTorch's
    documentation of `torch.nn.Linear`.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        in_features = integer(in_features, "in_features", 0)
        out_features = integer(out_features, "out_features", 0)
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(np.empty((out_features, in_features), real))
        if flag(bias, "bias"):
            self.bias = Parameter(np.empty(out_features, real))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.default_weight_(self.weight)
        init.default_bias_(self.bias, self.weight)

    def forward(self, input: Array) -> Array:
        """Apply the map to the last axis.

        Parameters
        ----------
        input : (*, in_features) array
            In the dtype of the weight.

        Returns
        -------
        (*, out_features) array

        Raises
        ------
        TypeError
            If the dtype is another.
        ValueError
            If the last axis has another extent.
        """
        output: Array = self._run(functional.linear, input, self.weight, self.bias)
        return output

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
