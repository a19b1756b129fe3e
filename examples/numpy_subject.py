"""A subject of one's own: Linear and ReLU in NumPy, tested as PyTorch itself is.

From the folder above:

    conformance run --subject examples/numpy_subject.py:NumpySubject
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

import conformance

Array = npt.NDArray[Any]


# The implementation under test. It knows nothing of the suite. --------------------------------


def wide(array: Array) -> Array:
    """Half types are summed in float32, and rounded once."""
    return array.astype(np.result_type(array.dtype, np.float32))


def linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    """Multiply by the transposed weight, and add the bias."""
    output = wide(input) @ wide(weight).T
    return (output if bias is None else output + wide(bias)).astype(input.dtype)


def linear_backward(input: Array, weight: Array, cotangent: Array) -> dict[str, Array]:
    """Give the gradients of the three arrays."""
    outputs, features = weight.shape
    rows, bars = wide(input).reshape(-1, features), wide(cotangent).reshape(-1, outputs)
    found = {
        "input": wide(cotangent) @ wide(weight),
        "weight": bars.T @ rows,
        "bias": bars.sum(axis=0),
    }
    return {name: gradient.astype(input.dtype) for name, gradient in found.items()}


class Linear:
    """The same as a layer that owns its parameters."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, dtype: Any = "float32"
    ) -> None:
        bound = 1 / np.sqrt(in_features)
        shapes = {"weight": (out_features, in_features), "bias": (out_features,)}
        self.parameters = {
            name: np.random.default_rng().uniform(-bound, bound, shape).astype(dtype)
            for name, shape in shapes.items()
            if bias or name == "weight"
        }

    def __call__(self, input: Array) -> Array:
        """Apply it."""
        return linear(input, **self.parameters)


def relu(input: Array, inplace: bool = False) -> Array:
    """Set what is negative to 0."""
    return np.maximum(input, 0, out=input if inplace else None)


def relu_backward(input: Array, cotangent: Array) -> Array:
    """Give the gradient of the input."""
    return np.where(input <= 0, 0, cotangent)


# What the suite talks to. ---------------------------------------------------------------------


class NumpySubject(conformance.LayerSubject):
    """Answers for what it has, and says of the rest that it lacks it."""

    name = "numpy"
    dialect = "torch"  # it is asked in PyTorch's words and layouts
    functions: Mapping[str, Any] = {"nn.functional.linear": linear, "nn.functional.relu": relu}

    def build(self, target: str, arguments: Mapping[str, Any]) -> Linear:
        """Make a layer."""
        if target != "nn.Linear":
            raise conformance.Unsupported("not implemented: the only layer is Linear")
        return Linear(**arguments)

    def load(self, instance: Linear, arrays: Mapping[str, Array]) -> None:
        """Give it its parameters."""
        instance.parameters.update(arrays)

    def parameters(self, instance: Linear) -> Mapping[str, Array]:
        """Tell them."""
        return instance.parameters

    def forward(self, instance: Any, *inputs: Array, training: bool | None) -> Array:
        """Call it, and remember with what."""
        instance.input = inputs[0]
        return instance(inputs[0])

    def backward(self, instance: Any, cotangents: tuple[Any, ...]) -> Mapping[str, Array]:
        """Give the gradients of the last call, of a layer or of a function."""
        if isinstance(instance, Linear):
            arrays = {"input": instance.input, **instance.parameters}
        else:
            arrays = instance.arrays
        if "weight" not in arrays:
            return {"input": relu_backward(arrays["input"], cotangents[0])}
        found = linear_backward(arrays["input"], arrays["weight"], cotangents[0])
        return {name: found[name] for name in arrays}
