"""A subject of one's own: Linear and ReLU in NumPy, tested as PyTorch itself is.

From the folder above:

    python -m conformance --subject examples.numpy_subject:NumpySubject
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.dialects.base import Owned, Unsupported
from conformance.subjects.base import Observation, Request

Array = npt.NDArray[Any]


# The implementation under test. It knows nothing of the suite. --------------------------------


def linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    """Multiply by the transposed weight, and add the bias."""
    output = input @ weight.T
    return output if bias is None else output + bias


def linear_backward(input: Array, weight: Array, cotangent: Array) -> dict[str, Array]:
    """Give the gradients of the three arrays."""
    outputs, features = weight.shape
    rows, bars = input.reshape(-1, features), cotangent.reshape(-1, outputs)
    return {"input": cotangent @ weight, "weight": bars.T @ rows, "bias": bars.sum(axis=0)}


class Linear:
    """The same as a layer that owns its parameters."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, dtype: str = "float32"
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


def relu_backward(output: Array, cotangent: Array) -> Array:
    """Give the gradient of the input, which the output alone determines."""
    return np.where(output <= 0, 0, cotangent)


# What the suite talks to. ---------------------------------------------------------------------


class NumpySubject:
    """Answers for what it has, and says of the rest that it lacks it."""

    name = "numpy"
    dialect = "torch"  # it is asked in PyTorch's words and layouts

    def run(self, request: Request) -> Observation:
        """Run one call."""
        if any(array.dtype.itemsize == 2 for array in request.arrays.values()):
            raise Unsupported("no half types here")
        if request.call.target == "nn.Linear":
            return self._linear_class(request)
        if request.call.target == "nn.functional.linear":
            return self._linear(request, linear(**request.arrays))
        if request.call.target in ("nn.ReLU", "nn.functional.relu"):
            return self._relu(request)
        raise Unsupported("only Linear and ReLU are here")

    def _linear_class(self, request: Request) -> Observation:
        layer = Linear(**request.call.arguments)
        owned = tuple(
            Owned(name, array.shape, array.dtype.name, trainable=True)
            for name, array in layer.parameters.items()
        )
        if request.fresh:  # the question is what a new instance owns, and nothing else
            return Observation((), owned=owned)
        for name in layer.parameters:
            layer.parameters[name] = request.arrays[name]
        return self._linear(request, layer(request.arrays["input"]), owned)

    def _linear(
        self, request: Request, output: Array, owned: tuple[Owned, ...] = ()
    ) -> Observation:
        input, weight = request.arrays["input"], request.arrays["weight"]
        gradients = {}
        for cotangent in request.cotangents:  # one for each output; none if no gradient is wanted
            found = linear_backward(input, weight, np.asarray(cotangent))
            gradients = {name: found[name] for name in request.arrays}
        return Observation((output,), gradients, inputs={"input": input}, owned=owned)

    def _relu(self, request: Request) -> Observation:
        input = request.arrays["input"].copy()  # a request's arrays may be read, not written
        output = relu(input, request.call.arguments.get("inplace", False))
        gradients = {}
        for cotangent in request.cotangents:
            gradients = {"input": relu_backward(output, np.asarray(cotangent))}
        inputs = {"input": input}
        return Observation((output,), gradients, inputs=inputs, same_object=output is input)
