"""Activation layers (torch.nn.ReLU to LogSoftmax); the parameters are the functions' arguments."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy.typing as npt

from refimpl._arguments import (
    new_array,
    read_choice,
    read_flag,
    read_integer,
    read_number,
    read_size,
)
from refimpl._show import show
from refimpl.differentiable import Differentiable
from refimpl.ops.array import Array
from refimpl.torch._src.functional import activation as functional
from refimpl.torch._src.init.fans import constant_
from refimpl.torch._src.modules.function import FunctionModule
from refimpl.torch._src.modules.module import parameter_dtype
from refimpl.torch._src.parameter import Parameter

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
]


class _Activation(FunctionModule):
    """A function of `functional`, applied to each element, with the module's options."""

    # Whether the way back needs the output unchanged: always, or if the input is overwritten.
    _keeps_output: ClassVar[bool] = False
    _keeps_output_in_place: ClassVar[bool] = False
    # Two of torch's activations do not say in their repr that they work in place.
    _shows_inplace: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()

    def _needs_output(self) -> bool:
        return self._keeps_output or (
            self._keeps_output_in_place and bool(getattr(self, "inplace", False))
        )

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        shown = [f"{name}={getattr(self, name)!r}" for name in self._shown]
        if self._shows_inplace and getattr(self, "inplace", False):
            shown.append("inplace=True")
        return ", ".join(shown)


class _InPlace(_Activation):
    """An activation whose only option is to write the output over the input."""

    _options = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = read_flag(inplace, "inplace")


class _Alpha(_Activation):
    """An activation with an alpha."""

    _options = ("alpha", "inplace")
    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        read_number(alpha, "alpha")
        self.alpha = alpha
        self.inplace = read_flag(inplace, "inplace")


class _Along(_Activation):
    """An activation along one axis."""

    _keeps_output = True
    _options = ("dim",)
    _shown = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = None if dim is None else read_integer(dim, "dim")


class ReLU(_InPlace):
    """Compute max(0, x); see `functional.relu`."""

    _function = functional.relu
    _keeps_output_in_place = True


class LeakyReLU(_Activation):
    """Compute x where x > 0, elsewhere `negative_slope` * x; see `functional.leaky_relu`."""

    _function = functional.leaky_relu
    _keeps_output_in_place = True
    _options = ("negative_slope", "inplace")
    _shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        read_number(negative_slope, "negative_slope")
        self.negative_slope = negative_slope
        self.inplace = read_flag(inplace, "inplace")


class PReLU(FunctionModule):
    """Compute x where x > 0, elsewhere `weight` * x; see `functional.prelu`.

    Parameters
    ----------
    num_parameters : int, default 1
        One weight, or one for each channel.
    init : float, default 0.25
        The weights at first.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of the weight, by default float32.

    Attributes
    ----------
    weight : Parameter of shape (num_parameters,)
    """

    _function = functional.prelu
    _arguments = ("weight",)
    _shown = ("num_parameters",)

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        num_parameters = read_size(num_parameters, "num_parameters")
        read_number(init, "init")
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(new_array((num_parameters,), real, "num_parameters"))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to `init`."""
        constant_(self.weight, self.init)


class ELU(_Alpha):
    """Compute x where x > 0, elsewhere `alpha` * (exp(x) - 1); see `functional.elu`."""

    _function = functional.elu


class SELU(_InPlace):
    """Compute elu with fixed scale and alpha; see `functional.selu`."""

    _function = functional.selu


class CELU(_Alpha):
    """Compute x where x > 0, elsewhere `alpha` * (exp(x / `alpha`) - 1); see `functional.celu`."""

    _function = functional.celu

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        functional.read_alpha(alpha)
        super().__init__(alpha, inplace)


class GELU(_Activation):
    """Compute x times the normal distribution function at x; see `functional.gelu`."""

    _function = functional.gelu
    _options = ("approximate",)
    _shown = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        read_choice(approximate, "approximate", ("none", "tanh"))
        self.approximate = approximate


class SiLU(_InPlace):
    """Compute x * sigmoid(x); see `functional.silu`."""

    _function = functional.silu


class Mish(_InPlace):
    """Compute x * tanh(softplus(x)); see `functional.mish`."""

    _function = functional.mish


class Sigmoid(_Activation):
    """Compute 1 / (1 + exp(-x)); see `functional.sigmoid`."""

    _function = functional.sigmoid
    _keeps_output = True


class LogSigmoid(_Activation):
    """Compute log(sigmoid(x)); see `functional.logsigmoid`."""

    _function = functional.logsigmoid


class Tanh(_Activation):
    """Compute the hyperbolic tangent; see `functional.tanh`."""

    _function = functional.tanh
    _keeps_output = True


class Softplus(_Activation):
    """Compute log(1 + exp(`beta` * x)) / `beta`; see `functional.softplus`."""

    _function = functional.softplus
    _options = ("beta", "threshold")
    _shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        read_number(beta, "beta")
        read_number(threshold, "threshold")
        self.beta = beta
        self.threshold = threshold


class Softsign(_Activation):
    """Compute x / (1 + |x|); see `functional.softsign`."""

    _function = functional.softsign


class Hardtanh(_Activation):
    """Compute min(max(x, `min_val`), `max_val`); see `functional.hardtanh`.

    Parameters
    ----------
    min_val, max_val : float, default -1.0 and 1.0
        The ends; the first must be the smaller one.
    inplace : bool, default False
        Write the output over the input.
    min_value, max_value : float, optional
        Deprecated in torch; they stand for the ends.
    """

    _function: ClassVar[Differentiable[..., Array]] = functional.hardtanh
    _options: ClassVar[tuple[str, ...]] = ("min_val", "max_val", "inplace")
    _shown: ClassVar[tuple[str, ...]] = ("min_val", "max_val")

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        low, high = "min_val", "max_val"
        if min_value is not None:
            _warn_renamed("min_value", "min_val")
            min_val, low = min_value, "min_value"
        if max_value is not None:
            _warn_renamed("max_value", "max_val")
            max_val, high = max_value, "max_value"
        if not read_number(min_val, low) < read_number(max_val, high):
            raise ValueError(f"{low} must be below {high}, {show(max_val)}; got {show(min_val)}")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = read_flag(inplace, "inplace")


class ReLU6(Hardtanh):
    """Compute min(max(0, x), 6); see `functional.relu6`."""

    _function = functional.relu6
    _options = ("inplace",)
    _shown = ()

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class Hardsigmoid(_InPlace):
    """Compute min(max(x + 3, 0), 6) / 6; see `functional.hardsigmoid`."""

    _function = functional.hardsigmoid
    _shows_inplace = False


class Hardswish(_InPlace):
    """Compute x * min(max(x + 3, 0), 6) / 6; see `functional.hardswish`."""

    _function = functional.hardswish
    _shows_inplace = False


class Softmax(_Along):
    """Divide exp(x) by its sum along one axis; see `functional.softmax`."""

    _function = functional.softmax


class LogSoftmax(_Along):
    """Compute the logarithm of the softmax along one axis; see `functional.log_softmax`."""

    _function = functional.log_softmax


def _warn_renamed(old: str, new: str) -> None:
    warnings.warn(f"{old} is deprecated in torch: say {new}", FutureWarning, stacklevel=3)
