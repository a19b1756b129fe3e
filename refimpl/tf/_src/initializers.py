"""Initialisers: what Keras' draw by the same seed, bit for bit.

Keras' pages of the module `keras.initializers`. A `seed` is an integer, with which an initialiser
makes the same values at every call, or a `SeedGenerator`, with which it does not; without one it
takes an integer from Python's `random` when it is constructed. `Orthogonal` begins with the same
bits as Keras' but ends with LAPACK's rounding, which is NumPy's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from refimpl._arguments import read_choice, read_integers, read_number
from refimpl._show import show
from refimpl.dtypes import float_dtype, is_half
from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.naming import to_snake_case
from refimpl.tf._src.random import keras as random
from refimpl.tf._src.random.arguments import read_shape

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "get",
]

# The standard deviation of a standard normal cut off at two deviations.
_TRUNCATED_DEVIATION = 0.87962566103423978


class Initializer:
    """Something that makes the first value of a variable; called with its shape and dtype."""

    def __call__(self, shape: Sizes, dtype: str | None = None) -> Array:
        """Return a value.

        Parameters
        ----------
        shape : tuple of int
            Of the variable.
        dtype : str, optional
            Of the variable; None is float32.
        """
        sizes = read_shape(shape)
        resolved = float_dtype("float32" if dtype is None else dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            return self._make_values(sizes, resolved)

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        raise NotImplementedError(f"{type(self).__name__} does not say what it makes")

    def __repr__(self) -> str:
        shown = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if not k.startswith("_"))
        return f"{type(self).__name__}({shown})"


class Zeros(Initializer):
    """All zeros."""

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return np.zeros(shape, dtype)


class Ones(Initializer):
    """All ones."""

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return np.ones(shape, dtype)


class Constant(Initializer):
    """One value everywhere.

    Parameters
    ----------
    value : float
        The value.
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = read_number(value, "value")

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return np.full(shape, self.value, dtype)


class Identity(Initializer):
    """The identity matrix, perhaps scaled.

    Parameters
    ----------
    gain : float
        What stands on the diagonal.
    """

    def __init__(self, gain: Any = 1.0) -> None:
        self.gain = read_number(gain, "gain")

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        if len(shape) != 2:
            raise ValueError(f"shape must be of two sizes for an identity matrix; got {shape}")
        rows, columns = shape
        return np.asarray(self.gain * np.eye(rows, columns)).astype(dtype)


class _Random(Initializer):
    """An initialiser that draws."""

    def __init__(self, seed: Any = None) -> None:
        if seed is None:
            seed = random.make_default_seed()
        elif not isinstance(seed, random.SeedGenerator):
            seed = random.read_seed(seed)
        self.seed = seed


class RandomNormal(_Random):
    """Normally distributed.

    Parameters
    ----------
    mean, stddev : float
        Of the distribution.
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean = read_number(mean, "mean")
        self.stddev = read_number(stddev, "stddev")

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomNormal):
    """As `RandomNormal`, but never further than two deviations from the mean; see there."""

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(_Random):
    """Uniformly distributed.

    Parameters
    ----------
    minval, maxval : float
        The interval.
    """

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval = read_number(minval, "minval")
        self.maxval = read_number(maxval, "maxval")

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)


class VarianceScaling(_Random):
    """Scaled by the number of a kernel's inputs or outputs.

    Parameters
    ----------
    scale : float
        Positive.
    mode : {'fan_in', 'fan_out', 'fan_avg'}
        What the variance is divided by.
    distribution : {'truncated_normal', 'untruncated_normal', 'uniform'}
        Its variance is `scale / fan`.
    input_axes, output_axes : sequence of int, optional
        Which axes are inputs and which are outputs; used only if both are given. Without them a
        kernel is (*K, I, O).
    """

    def __init__(
        self,
        scale: Any = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        super().__init__(seed)
        self.scale = read_number(scale, "scale", above=0)
        self.mode = read_choice(mode, "mode", ("fan_in", "fan_out", "fan_avg"))
        known = ("truncated_normal", "untruncated_normal", "uniform")
        self.distribution = read_choice(distribution, "distribution", known)
        self.input_axes = None if input_axes is None else read_integers(input_axes, "input_axes")
        self.output_axes = (
            None if output_axes is None else read_integers(output_axes, "output_axes")
        )

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        inputs, outputs = _count_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        deviation = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, deviation, dtype, self.seed)
        deviation /= _TRUNCATED_DEVIATION
        return random.truncated_normal(shape, 0.0, deviation, dtype, self.seed)


class _FixedScaling(VarianceScaling):
    """A variance scaling whose three choices are made."""

    choices: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(*self.choices, seed, input_axes, output_axes)


class GlorotUniform(_FixedScaling):
    """Uniform, of variance 2 / (fan_in + fan_out); Keras' default. See `VarianceScaling`."""

    choices = (1.0, "fan_avg", "uniform")


class GlorotNormal(_FixedScaling):
    """Truncated normal, of variance 2 / (fan_in + fan_out); see `VarianceScaling`."""

    choices = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_FixedScaling):
    """Uniform, of variance 2 / fan_in; see `VarianceScaling`."""

    choices = (2.0, "fan_in", "uniform")


class HeNormal(_FixedScaling):
    """Truncated normal, of variance 2 / fan_in; see `VarianceScaling`."""

    choices = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_FixedScaling):
    """Uniform, of variance 1 / fan_in; see `VarianceScaling`."""

    choices = (1.0, "fan_in", "uniform")


class LecunNormal(_FixedScaling):
    """Truncated normal, of variance 1 / fan_in; see `VarianceScaling`."""

    choices = (1.0, "fan_in", "truncated_normal")


class Orthogonal(_Random):
    """Orthogonal columns, or rows if there are fewer, over all axes but the last.

    Parameters
    ----------
    gain : float
        The length of each.

    Notes
    -----
    A. Saxe, J. McClelland and S. Ganguli, *Exact solutions to the nonlinear dynamics of learning
    in deep linear neural networks*, 2014. Equal to Keras' only up to the rounding of the QR
    decomposition, some 1e-6 in float32.
    """

    def __init__(self, gain: Any = 1.0, seed: Any = None) -> None:
        self.gain = read_number(gain, "gain")
        super().__init__(seed)

    def _make_values(self, shape: Sizes, dtype: np.dtype[Any]) -> Array:
        if len(shape) < 2:
            raise ValueError(f"shape must be of at least two sizes; got {shape}")
        if is_half(dtype):
            raise TypeError(f"dtype must be float32 or float64; got {dtype}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        if not all(shape):
            return np.zeros(shape, dtype)
        q, r = np.linalg.qr(random.normal(tall, dtype=dtype, seed=self.seed))
        q = q * np.sign(np.diag(r))
        matrix = q if rows >= columns else q.T
        return (self.gain * matrix.reshape(shape)).astype(dtype, copy=False)


class MakesValues(Protocol):
    """What an initialiser can be: anything called with a shape and a dtype."""

    def __call__(self, shape: Sizes, dtype: str | None = None) -> Array:
        """Return the first value of a variable of that shape and dtype."""
        ...


_KINDS: dict[str, Callable[[], Initializer]] = {
    name: globals()[name] for name in __all__ if name not in ("Initializer", "get")
}
_NAMED = _KINDS | {to_snake_case(name): kind for name, kind in _KINDS.items()}


def get(identifier: Any) -> MakesValues | None:
    """Return the initialiser that is meant, or None for None.

    Parameters
    ----------
    identifier : str, callable, array or None
        A name in snake or camel case, an initialiser or its class, or the value itself.
    """
    return resolve(identifier, "identifier")


def resolve(identifier: Any, name: str) -> MakesValues | None:
    """Return the initialiser that an argument means; see `get`."""
    if identifier is None:
        return None
    if isinstance(identifier, str):
        return _NAMED[read_choice(identifier, name, _NAMED)]()
    if isinstance(identifier, np.ndarray):
        return _return_value(identifier, name)
    initializer = identifier() if isinstance(identifier, type) else identifier
    if not callable(initializer):
        raise ValueError(
            f"{name} must be an initialiser or the name of one; got {show(identifier)}"
        )
    resolved: MakesValues = initializer
    return resolved


def _count_fans(
    shape: Sizes, input_axes: Sizes | None, output_axes: Sizes | None
) -> tuple[float, float]:
    """Count the inputs of every output of a kernel, and the reverse."""
    if input_axes is not None and output_axes is not None:
        for axes, name in (input_axes, "input_axes"), (output_axes, "output_axes"):
            if not all(-len(shape) <= axis < len(shape) for axis in axes):
                raise ValueError(f"{name} must be axes of the shape {shape}; got {axes}")
        inputs, outputs = (
            math.prod(shape[axis] for axis in axes) for axes in (input_axes, output_axes)
        )
        return float(inputs), float(outputs)
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    taps = math.prod(shape[:-2])
    return float(shape[-2] * taps), float(shape[-1] * taps)


def _return_value(value: Array, name: str) -> MakesValues:
    """Make an initialiser of the value itself."""

    def initializer(shape: Sizes, dtype: str | None = None) -> Array:
        if value.shape != tuple(shape):
            raise ValueError(f"{name} must be of shape {tuple(shape)}; got {value.shape}")
        return value.astype(float_dtype("float32" if dtype is None else dtype))

    return initializer
