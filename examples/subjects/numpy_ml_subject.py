"""numpy-ml under test: a teaching library in NumPy, in double precision, with its own gradients.

conformance run --subject examples/subjects/numpy_ml_subject.py:NumpyMl -k float64
"""

from __future__ import annotations

import collections
import collections.abc
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import conformance
from conformance import Unsupported

# The library asks for a name that Python 3.10 moved.
collections.Hashable = collections.abc.Hashable  # type: ignore[attr-defined]
from numpy_ml.neural_nets import activations, layers  # noqa: E402

NAMES = {"kernel": "W", "bias": "b", "gamma": "scaler", "beta": "intercept"}
NAMES |= {"moving_mean": "running_mean", "moving_variance": "running_var"}


def one(values: Any, what: str) -> int:
    """Give the value that all axes share."""
    if len(set(values)) > 1:
        raise Unsupported(f"never: numpy-ml takes one {what} for both axes")
    return int(values[0])


def channels_last(arguments: Mapping[str, Any]) -> None:
    """Refuse the other layout."""
    if arguments.get("data_format") == "channels_first" or arguments.get("axis") == 1:
        raise Unsupported("never: numpy-ml has its channels last")


def dense(a: Mapping[str, Any]) -> Any:
    """keras.layers.Dense."""
    return layers.FullyConnected(a["units"])


def conv(a: Mapping[str, Any]) -> Any:
    """keras.layers.Conv1D and Conv2D; numpy-ml counts the elements between those of the kernel."""
    channels_last(a)
    if a["groups"] != 1:
        raise Unsupported("never: numpy-ml's convolutions have no groups")
    window = {
        "pad": 0 if a["padding"] == "valid" else a["padding"],
        "stride": one(a["strides"], "stride"),
        "dilation": one(a["dilation_rate"], "dilation") - 1,
    }
    kernel = a["kernel_size"]
    if len(kernel) == 1:
        return layers.Conv1D(a["filters"], kernel[0], **window)
    return layers.Conv2D(a["filters"], kernel, **window)


def pool(mode: str) -> Callable[[Mapping[str, Any]], Any]:
    """keras.layers.MaxPooling2D and AveragePooling2D."""

    def build(a: Mapping[str, Any]) -> Any:
        channels_last(a)
        pad = 0 if a["padding"] == "valid" else a["padding"]
        return layers.Pool2D(tuple(a["pool_size"]), one(a["strides"], "stride"), pad, mode)

    return build


def batch_norm(a: Mapping[str, Any]) -> Any:
    """keras.layers.BatchNormalization, of vectors or of images: the input decides."""
    channels_last(a)
    return lambda ndim: {2: layers.BatchNorm1D, 4: layers.BatchNorm2D}[ndim](
        a["momentum"], a["epsilon"]
    )


def softmax(a: Mapping[str, Any]) -> Any:
    """keras.layers.Softmax."""
    return layers.Softmax(a["axis"])


LAYERS = {
    "Dense": dense,
    "Conv1D": conv,
    "Conv2D": conv,
    "Softmax": softmax,
    "MaxPooling2D": pool("max"),
    "AveragePooling2D": pool("average"),
    "BatchNormalization": batch_norm,
}
ACTIVATIONS: Mapping[str, Callable[..., Any]] = {
    "relu": activations.ReLU,
    "leaky_relu": lambda negative_slope=0.2: activations.LeakyReLU(negative_slope),
    "elu": activations.ELU,
    "selu": activations.SELU,
    "sigmoid": activations.Sigmoid,
    "tanh": activations.Tanh,
    "softplus": activations.SoftPlus,
    "hard_sigmoid": activations.HardSigmoid,
}


class NumpyMl(conformance.LayerSubject):
    """Asks for Keras' layers and activations."""

    name = "numpy-ml"
    dialect = "tf"

    def __init__(self) -> None:
        self.functions = {f"keras.activations.{name}": activation(name) for name in ACTIVATIONS}

    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer."""
        name = target.split(".")[-1]
        if name not in LAYERS:
            raise Unsupported("not implemented: numpy-ml has no such layer")
        return {"layer": LAYERS[name](arguments)}

    def load(self, instance: Any, arrays: Mapping[str, Any]) -> None:
        """Keep the parameters until the input's shape is known."""
        instance["arrays"] = arrays

    def forward(self, instance: Any, *inputs: Any, training: bool | None) -> Any:
        """Initialise on the first call, assign, and call."""
        (x,) = inputs
        if "ready" not in instance:
            instance["ready"] = self._ready(instance, x, training)
        return instance["ready"].forward(x)

    def backward(self, instance: Any, cotangents: Any) -> Mapping[str, Any]:
        """Go backward by the library's own."""
        if isinstance(instance, conformance.Operation):
            function = ACTIVATIONS[instance.name.split(".")[-1]](**instance.arguments)
            return {"x": cotangents[0] * function.grad(instance.arrays["x"])}
        layer = instance["ready"]
        if not layer.trainable:
            raise Unsupported("never: a frozen layer of numpy-ml does not go backward")
        gradients = {"inputs": layer.backward(cotangents[0])}
        for name, array in instance["arrays"].items():
            if not name.startswith("moving"):
                gradients[name] = layer.gradients[NAMES[name]].reshape(array.shape)
        return gradients

    def buffers(self, instance: Any) -> Mapping[str, Any]:
        """Read the running statistics."""
        parameters = instance["ready"].parameters
        return {name: parameters[NAMES[name]] for name in ("moving_mean", "moving_variance")}

    def _ready(self, instance: Any, x: Any, training: bool | None) -> Any:
        layer = instance["layer"]
        if callable(layer) and not hasattr(layer, "forward"):
            if x.ndim not in (2, 4):
                raise Unsupported("never: numpy-ml normalises vectors and images")
            layer = layer(x.ndim)
        if isinstance(layer, layers.FullyConnected) and x.ndim != 2:
            raise Unsupported("never: numpy-ml's FullyConnected takes matrices")
        layer.n_in = layer.in_ch = x.shape[-1]
        if isinstance(layer, layers.Pool2D):
            layer.out_ch = x.shape[-1]
        layer._init_params()
        if "scaler" in layer.parameters:  # it starts from random numbers
            layer.parameters.update(scaler=np.ones(x.shape[-1]), intercept=np.zeros(x.shape[-1]))
        for name, array in instance["arrays"].items():
            shape = layer.parameters[NAMES[name]].shape
            layer.parameters[NAMES[name]] = array.reshape(shape)
        if training is False:
            layer.freeze()
        return layer


def activation(name: str) -> Callable[..., Any]:
    """Make the function of an activation."""
    return lambda x, **arguments: ACTIVATIONS[name](**arguments).fn(x)
