"""Draws whose scale follows from the numbers of inputs and outputs, and plain fills.

`tensor`, a Parameter or an array, is filled and returned. `generator`, where to draw from, is a
Generator or a numpy.random.Generator, by default the default one.
"""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import read_choice, read_number
from refimpl._show import show
from refimpl.dtypes import largest
from refimpl.torch._src import random
from refimpl.torch._src.init.arrays import T, array_of
from refimpl.torch._src.parameter import Parameter

__all__ = [
    "calculate_gain",
    "constant_",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "ones_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
    "zeros_",
]

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by how much the values before an activation should be larger.

    Parameters
    ----------
    nonlinearity : str
        The activation in lower case: 'linear', 'conv1d' …, 'sigmoid', 'tanh', 'relu',
        'leaky_relu' or 'selu'.
    param : float, optional
        The negative slope of 'leaky_relu', by default 0.01.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.init.calculate_gain`.
    """
    read_choice(nonlinearity, "nonlinearity", (*_GAINS, "leaky_relu"))
    if nonlinearity != "leaky_relu":
        return _GAINS[nonlinearity]
    slope = read_number(0.01 if param is None else param, "param")
    return math.sqrt(2.0 / (1 + slope * slope))


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, generator: random.Source = None) -> T:
    """Return the tensor, filled with draws from the uniform distribution over [a, b).

    Parameters
    ----------
    a, b : float, default 0.0 and 1.0
        The interval.
    """
    array, low, high = array_of(tensor), read_number(a, "a"), read_number(b, "b")
    greatest = largest(array.dtype)
    if not low <= high or not max(high - low, high, -low) <= greatest:
        raise ValueError(
            f"a must be at most b, both and their distance finite in {array.dtype.name}; got "
            f"{show(a)} and {show(b)}"
        )
    random.uniform_(array, low, high, generator)
    return tensor


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, generator: random.Source = None) -> T:
    """Return the tensor, filled with draws from the normal distribution.

    Parameters
    ----------
    mean, std : float, default 0.0 and 1.0
        Mean and standard deviation.
    """
    random.normal_(array_of(tensor), mean, std, generator)
    return tensor


def constant_(tensor: T, val: float) -> T:
    """Return the tensor, filled with one value.

    Parameters
    ----------
    val : float
        The value.
    """
    array = array_of(tensor)
    value = read_number(val, "val")
    with np.errstate(over="ignore"):  # what is too large for the dtype is infinite
        array[...] = value
    return tensor


def zeros_(tensor: T) -> T:
    """Return the tensor, filled with zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: T) -> T:
    """Return the tensor, filled with ones."""
    return constant_(tensor, 1.0)


def kaiming_uniform_(
    tensor: T,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: random.Source = None,
) -> T:
    """Return the tensor, filled with uniform draws of standard deviation gain / sqrt(fan).

    Parameters
    ----------
    tensor : Parameter or array
        Filled; of two axes or more, (out, in, *kernel).
    a : float, default 0
        The negative slope, for 'leaky_relu'.
    mode : {'fan_in', 'fan_out'}, default 'fan_in'
        Whether the forward or the backward pass keeps its scale.
    nonlinearity : str, default 'leaky_relu'
        See `calculate_gain`.

    Notes
    -----
    Source: He et al., Delving Deep into Rectifiers, 2015.
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: T,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: random.Source = None,
) -> T:
    """Return the tensor, filled with normal draws alike; see `kaiming_uniform_`."""
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def xavier_uniform_(tensor: T, gain: float = 1.0, generator: random.Source = None) -> T:
    """Return the tensor, filled with uniform draws of variance 2 gain**2 / (fan_in + fan_out).

    Parameters
    ----------
    tensor : Parameter or array
        Filled; of two axes or more, (out, in, *kernel).
    gain : float, default 1.0
        See `calculate_gain`.

    Notes
    -----
    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    networks, 2010.
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: T, gain: float = 1.0, generator: random.Source = None) -> T:
    """Return the tensor, filled with normal draws alike; see `xavier_uniform_`."""
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def fill_weight(weight: Parameter) -> None:
    """Fill a weight of shape (out, in, *kernel) as torch's Linear and Conv do by default."""
    if weight.numel():
        kaiming_uniform_(weight, a=math.sqrt(5))


def fill_bias(bias: Parameter | None, weight: Parameter) -> None:
    """Fill the bias beside a weight, if there is one, as torch's Linear and Conv do by default."""
    if bias is not None:
        fan_in, _ = _fans(weight)
        bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0.0
        uniform_(bias, -bound, bound)


def _fans(tensor: T) -> tuple[int, int]:
    """Return fan in and fan out: how many inputs an output has, and the reverse."""
    shape = array_of(tensor).shape
    if len(shape) < 2:
        raise ValueError(f"tensor must have two axes or more, (out, in, ...); got shape {shape}")
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def _most(tensor: T) -> float:
    """Return the largest number that half of an interval may be long in the tensor's dtype."""
    return largest(array_of(tensor).dtype) / 4


def _kaiming_std(tensor: T, a: float, mode: str, nonlinearity: str) -> float:
    read_choice(mode, "mode", ("fan_in", "fan_out"))
    fan = _fans(tensor)[mode == "fan_out"]
    slope = read_number(a, "a")
    if not abs(slope) <= _most(tensor):
        raise ValueError(f"a must be finite in the tensor's dtype; got {show(a)}")
    if fan == 0:
        raise ValueError(
            f"tensor must have no axis of length 0; got shape {array_of(tensor).shape}"
        )
    return calculate_gain(nonlinearity, slope) / math.sqrt(fan)


def _xavier_std(tensor: T, gain: float) -> float:
    factor = read_number(gain, "gain", least=0)
    if not math.sqrt(3.0) * factor <= _most(tensor):
        raise ValueError(f"gain must be finite in the tensor's dtype; got {show(gain)}")
    fans = sum(_fans(tensor))
    if fans == 0:
        shape = array_of(tensor).shape
        raise ValueError(f"tensor must have an axis that is not of length 0; got shape {shape}")
    return factor * math.sqrt(2.0 / fans)
