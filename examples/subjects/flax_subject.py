"""Flax under test: flax.linen's layers with parameters and statistics of our own, and jax.vjp.

    conformance run --subject examples/subjects/flax_subject.py:Flax -k "float32 and keras"

Its activations are jax.nn's own functions, which jax_subject.py looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flax.linen as nn
import jax
import numpy as np

import conformance
from conformance import Unsupported

# Where Flax keeps what Keras calls so.
PLACES = {
    "kernel": ("params", "kernel"),
    "bias": ("params", "bias"),
    "gamma": ("params", "scale"),
    "beta": ("params", "bias"),
    "moving_mean": ("batch_stats", "mean"),
    "moving_variance": ("batch_stats", "var"),
}
Build = Callable[[Mapping[str, Any]], nn.Module]


def dense(a: Mapping[str, Any]) -> nn.Module:
    """keras.layers.Dense."""
    return nn.Dense(a["units"], use_bias=a["use_bias"])


def conv(a: Mapping[str, Any]) -> nn.Module:
    """keras.layers.Conv1D to Conv3D; the kernels lie alike."""
    return nn.Conv(
        a["filters"],
        a["kernel_size"],
        strides=a["strides"],
        padding=a["padding"].upper(),
        kernel_dilation=a["dilation_rate"],
        feature_group_count=a["groups"],
        use_bias=a["use_bias"],
    )


def pool(function: Callable[..., Any], **words: Any) -> Build:
    """keras.layers.MaxPooling1D to AveragePooling3D."""

    class Pool(nn.Module):
        window: Any
        strides: Any
        padding: str

        def __call__(self, inputs: Any) -> Any:
            return function(inputs, self.window, self.strides, self.padding, **words)

    return lambda a: Pool(a["pool_size"], a["strides"], a["padding"].upper())


def batch_norm(a: Mapping[str, Any]) -> nn.Module:
    """keras.layers.BatchNormalization."""
    words = {"use_bias": a["center"], "use_scale": a["scale"], "axis": a["axis"]}
    return nn.BatchNorm(momentum=a["momentum"], epsilon=a["epsilon"], **words)


def instance_norm(a: Mapping[str, Any]) -> nn.Module:
    """keras.layers.GroupNormalization of as many groups as channels."""
    words = {"use_bias": a["center"], "use_scale": a["scale"], "feature_axes": a["axis"]}
    return nn.InstanceNorm(epsilon=a["epsilon"], **words)


def dropout(dimensions: int = 0) -> Build:
    """keras.layers.Dropout, and those that drop whole channels."""
    return lambda a: nn.Dropout(a["rate"], broadcast_dims=tuple(range(1, dimensions + 1)))


LAYERS: Mapping[str, Build] = {
    "Dense": dense,
    "Dropout": dropout(),
    "BatchNormalization": batch_norm,
    "GroupNormalization": instance_norm,
    **{f"Conv{n}D": conv for n in (1, 2, 3)},
    **{f"MaxPooling{n}D": pool(nn.max_pool) for n in (1, 2, 3)},
    **{f"AveragePooling{n}D": pool(nn.avg_pool, count_include_pad=False) for n in (1, 2, 3)},
    **{f"SpatialDropout{n}D": dropout(n) for n in (1, 2, 3)},
}


class Flax(conformance.LayerSubject):
    """Asks for Keras' layers, whose layouts are Flax'."""

    name = "flax"
    dialect = "tf"

    def __init__(self) -> None:
        jax.config.update("jax_enable_x64", True)
        jax.config.update("jax_platforms", "cpu")

    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer."""
        name = target.removeprefix("keras.layers.")
        if name not in LAYERS:
            raise Unsupported("not implemented: Flax has no such layer")
        if arguments.get("data_format") == "channels_first":
            raise Unsupported("never: Flax has its channels last")
        if arguments.get("noise_shape") is not None:
            raise Unsupported("not implemented: a noise shape")
        return {"layer": LAYERS[name](arguments), "calls": 0}

    def load(self, instance: Any, arrays: Mapping[str, Any]) -> None:
        """Keep the arrays by Flax' names."""
        instance["arrays"] = dict(arrays)

    def forward(self, instance: Any, *inputs: Any, training: bool | None) -> Any:
        """Apply the layer, and keep its new statistics; a later call draws another mask."""
        if not instance["calls"]:
            instance["first"] = dict(instance["arrays"]), inputs[0]
            instance["mode"] = training
        output, new = self._apply(instance, instance["arrays"], inputs[0], instance["calls"])
        for name, (kind, place) in PLACES.items():
            if kind == "batch_stats" and name in instance["arrays"]:
                instance["arrays"][name] = new["batch_stats"][place]
        instance["calls"] += 1
        return np.asarray(output)

    def buffers(self, instance: Any) -> Mapping[str, Any]:
        """Read the statistics."""
        found = instance["arrays"].items()
        return {name: np.asarray(each) for name, each in found if name.startswith("moving")}

    def backward(self, instance: Any, cotangents: Any) -> Mapping[str, Any]:
        """jax.vjp of the first call."""
        arrays, inputs = instance["first"]
        kept = {name: array for name, array in arrays.items() if name.startswith("moving")}
        given = {"inputs": inputs, **{k: v for k, v in arrays.items() if k not in kept}}

        def function(given: dict[str, Any]) -> Any:
            parameters = {name: each for name, each in given.items() if name != "inputs"}
            return self._apply(instance, kept | parameters, given["inputs"])[0]

        output, pulled = jax.vjp(function, given)
        (found,) = pulled(jax.numpy.asarray(cotangents[0], output.dtype))
        return {name: np.asarray(each) for name, each in found.items()}

    def _apply(self, instance: Any, arrays: Mapping[str, Any], inputs: Any, call: int = 0) -> Any:
        layer, variables = instance["layer"], dict[str, dict[str, Any]]()
        for name, array in arrays.items():
            kind, place = PLACES[name]
            variables.setdefault(kind, {})[place] = array
        mode = {}
        if isinstance(layer, nn.Dropout):
            mode = {"deterministic": not instance["mode"]}
        if isinstance(layer, nn.BatchNorm):
            mode = {"use_running_average": not instance["mode"]}
        key = {"dropout": jax.random.key(call)}
        return layer.apply(variables, inputs, rngs=key, mutable=["batch_stats"], **mode)
