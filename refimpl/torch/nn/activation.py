"""Activation layers (torch.nn.ReLU to LogSoftmax)."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refimpl.differentiable import Differentiable
from refimpl.errors import must_be_one_of
from refimpl.ops.array import Array
from refimpl.torch.nn import functional, init
from refimpl.torch.nn.functional._arguments import flag, integer, number
from refimpl.torch.nn.module import Module, parameter_dtype
from refimpl.torch.nn.parameter import Parameter


class _Activation(Module):
    """A function of `functional`, applied to each element, with the module's options.

    Those named in `_options` are passed on to the function; those in `_shown` stand in the repr.
    """

    _function: ClassVar[Differentiable[..., Array]]
    _options: ClassVar[tuple[str, ...]] = ()
    _shown: ClassVar[tuple[str, ...]] = ()
    # Whether the way back needs the output unchanged: always, or if the input is overwritten.
    _keeps_output: ClassVar[bool] = False
    _keeps_output_in_place: ClassVar[bool] = False
    # Two of torch's activations do not say in their repr that they work in place.
    _shows_inplace: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()

    def forward(self, input: Array) -> Array:
        """Apply the function.

        Parameters
        ----------
        input : array
            Floats, of any shape that suits the function.

        Returns
        -------
        array of the input's shape

        Raises
        ------
        TypeError
            If `input` is no array of floats.
        ValueError
            If its shape does not suit the function.
        """
        options = {name: getattr(self, name) for name in self._options}
        output: Array = self._run(type(self)._function, input, **options)
        return output

    def _output_needed(self) -> bool:
        return self._keeps_output or (
            self._keeps_output_in_place and bool(getattr(self, "inplace", False))
        )

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        shown = [f"{name}={getattr(self, name)}" for name in self._shown]
        if self._shows_inplace and getattr(self, "inplace", False):
            shown.append("inplace=True")
        return ", ".join(shown)


class _InPlace(_Activation):
    """An activation whose only option is to write the output over the input."""

    _options = ("inplace",)

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = flag(inplace, "inplace")


class ReLU(_InPlace):
    """Compute max(0, x); see `functional.relu`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.relu
    _keeps_output_in_place = True


class LeakyReLU(_Activation):
    """Compute x where x > 0, elsewhere `negative_slope` * x; see `functional.leaky_relu`.

    Parameters
    ----------
    negative_slope : float, default 0.01
        The slope below 0.
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.leaky_relu
    _keeps_output_in_place = True
    _options = ("negative_slope", "inplace")
    _shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        number(negative_slope, "negative_slope")
        self.negative_slope = negative_slope
        self.inplace = flag(inplace, "inplace")


class PReLU(Module):
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

    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        num_parameters = integer(num_parameters, "num_parameters", 1)
        number(init, "init")
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(np.empty(num_parameters, real))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to `init`."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Array) -> Array:
        """Apply the function.

        Parameters
        ----------
        input : (N, C, *) array
            In the dtype of the weight.

        Returns
        -------
        array of the input's shape

        Raises
        ------
        TypeError
            If the dtype is another.
        ValueError
            If there are several weights and C is not their number.
        """
        output: Array = self._run(functional.prelu, input, self.weight)
        return output

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"num_parameters={self.num_parameters}"


class ELU(_Activation):
    """Compute x where x > 0, elsewhere `alpha` * (exp(x) - 1); see `functional.elu`.

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the limit at minus infinity.
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.elu
    _options = ("alpha", "inplace")
    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        number(alpha, "alpha")
        self.alpha = alpha
        self.inplace = flag(inplace, "inplace")


class SELU(_InPlace):
    """Compute elu with fixed scale and alpha; see `functional.selu`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.selu


class CELU(_Activation):
    """Compute x where x > 0, elsewhere `alpha` * (exp(x / `alpha`) - 1); see `functional.celu`.

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the limit at minus infinity; not 0.
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.celu
    _options = ("alpha", "inplace")
    _shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if number(alpha, "alpha") == 0.0:
            raise ValueError(f"alpha must not be 0; got {alpha!r}")
        self.alpha = alpha
        self.inplace = flag(inplace, "inplace")


class GELU(_Activation):
    """Compute x times the normal distribution function at x; see `functional.gelu`.

    Parameters
    ----------
    approximate : {'none', 'tanh'}, default 'none'
        With 'tanh' the distribution function is approximated by a tanh.
    """

    _function = functional.gelu
    _options = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        must_be_one_of(approximate, "approximate", ("none", "tanh"))
        self.approximate = approximate

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"approximate={self.approximate!r}"


class SiLU(_InPlace):
    """Compute x * sigmoid(x); see `functional.silu`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.silu


class Mish(_InPlace):
    """Compute x * tanh(softplus(x)); see `functional.mish`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

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
    """Compute log(1 + exp(`beta` * x)) / `beta`; see `functional.softplus`.

    Parameters
    ----------
    beta : float, default 1.0
        The sharpness.
    threshold : float, default 20.0
        From where on the function is taken as linear.
    """

    _function = functional.softplus
    _options = ("beta", "threshold")
    _shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        number(beta, "beta")
        number(threshold, "threshold")
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
        if min_value is not None:
            _warn_renamed("min_value", "min_val")
            min_val = min_value
        if max_value is not None:
            _warn_renamed("max_value", "max_val")
            max_val = max_value
        if not number(min_val, "min_val") < number(max_val, "max_val"):
            raise ValueError(f"min_val must be below max_val, {max_val!r}; got {min_val!r}")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = flag(inplace, "inplace")


class ReLU6(Hardtanh):
    """Compute min(max(0, x), 6); see `functional.relu6`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.relu6
    _options = ("inplace",)
    _shown = ()

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)


class Hardsigmoid(_InPlace):
    """Compute min(max(x + 3, 0), 6) / 6; see `functional.hardsigmoid`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.hardsigmoid
    _shows_inplace = False


class Hardswish(_InPlace):
    """Compute x * min(max(x + 3, 0), 6) / 6; see `functional.hardswish`.

    Parameters
    ----------
    inplace : bool, default False
        Write the output over the input.
    """

    _function = functional.hardswish
    _shows_inplace = False


class Softmax(_Activation):
    """Divide exp(x) by its sum along one axis; see `functional.softmax`.

    Parameters
    ----------
    dim : int, optional
        The axis.
    """

    _function = functional.softmax
    _keeps_output = True
    _options = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"dim={self.dim}"


class LogSoftmax(_Activation):
    """Compute the logarithm of the softmax along one axis; see `functional.log_softmax`.

    Parameters
    ----------
    dim : int, optional
        The axis.
    """

    _function = functional.log_softmax
    _keeps_output = True
    _options = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"dim={self.dim}"


def _warn_renamed(old: str, new: str) -> None:
    warnings.warn(f"{old} is deprecated in torch: say {new}", FutureWarning, stacklevel=3)
