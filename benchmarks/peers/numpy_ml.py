"""numpy-ml: layers in pure NumPy, channels last.

Its pooling loops over every output element in Python: there it gets one image of the batch, and
its time is multiplied.
"""

from __future__ import annotations

import collections
import collections.abc
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.peers import Builder, Contestant
from benchmarks.workloads import EPSILON, Array, Workload

CHANNELS_LAST = (0, 2, 3, 1)
CHANNELS_FIRST = (0, 3, 1, 2)


def versions() -> dict[str, str]:
    import importlib.metadata

    layers()
    return {"numpy-ml": importlib.metadata.version("numpy-ml")}


def layers() -> Any:
    """Import its layers: its last release wants names where Python 3.9 still had them."""
    if not hasattr(collections, "Hashable"):
        collections.Hashable = collections.abc.Hashable  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from numpy_ml.neural_nets import layers

    return layers


def contest(layer: Any, work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    image = len(work.input) == 4
    x, cotangent = arrays["input"], arrays["cotangent"]
    if image:
        x = np.ascontiguousarray(x.transpose(CHANNELS_LAST))
        cotangent = np.ascontiguousarray(cotangent.transpose(CHANNELS_LAST))

    def forward() -> Any:
        """Run as in training; what the layer keeps for its backward it appends to lists."""
        layer.X.clear()
        for kept in layer.derived_variables.values():
            if isinstance(kept, list):
                kept.clear()
        return layer.forward(x, retain_derived=True)

    forward()
    return Contestant(
        forward=forward,
        backward=lambda: layer.backward(cotangent, retain_grads=False),
        both=lambda: (forward(), layer.backward(cotangent, retain_grads=False)),
        axes=(CHANNELS_FIRST if image else None,),
    )


def conv(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    size = (work.kernel, work.kernel)
    layer = layers().Conv2D(work.output[1], size, pad=work.padding, stride=work.stride)
    x = arrays["input"].transpose(CHANNELS_LAST)
    layer.forward(x[:1], retain_derived=False)  # makes the parameters, in float64
    layer.parameters["W"] = np.ascontiguousarray(arrays["weight"].transpose(2, 3, 1, 0))
    layer.parameters["b"] = arrays["bias"].reshape(1, 1, 1, -1)
    return contest(layer, work, arrays)


def pool(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    mode = "average" if work.operation == "avg_pool" else "max"
    size = (work.kernel, work.kernel)
    layer = layers().Pool2D(size, stride=work.stride, pad=work.padding, mode=mode)
    one_image = {name: array[:1] for name, array in arrays.items()}
    return replace(contest(layer, work, one_image), share=work.input[0])


def linear(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    layer = layers().FullyConnected(work.output[1])
    layer.forward(arrays["input"][:1], retain_derived=False)
    layer.parameters["W"] = np.ascontiguousarray(arrays["weight"].T)
    layer.parameters["b"] = arrays["bias"].reshape(1, -1)
    return contest(layer, work, arrays)


def batch_norm(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    layer = layers().BatchNorm2D(epsilon=EPSILON)
    layer.forward(arrays["input"][:1].transpose(CHANNELS_LAST), retain_derived=False)
    layer.parameters["scaler"] = arrays["weight"]
    layer.parameters["intercept"] = arrays["bias"]
    return contest(layer, work, arrays)


def relu(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    layers()
    from numpy_ml.neural_nets.activations import ReLU

    activation, x, cotangent = ReLU(), arrays["input"], arrays["cotangent"]
    return Contestant(
        forward=lambda: activation.fn(x), backward=lambda: cotangent * activation.grad(x)
    )


def softmax(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    layer = layers().Softmax()
    x = arrays["input"]
    return Contestant(forward=lambda: layer.forward(x, retain_derived=False))


BUILDERS: Mapping[str, Mapping[str, Builder]] = {
    "numpy-ml": {
        "conv": conv,
        "avg_pool": pool,
        "max_pool": pool,
        "linear": linear,
        "batch_norm": batch_norm,
        "relu": relu,
        "softmax": softmax,
    }
}
