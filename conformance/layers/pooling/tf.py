"""Pooling in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from conformance.layers.data_formats import both_formats, data_format, images
from conformance.spec.call import Array, Call, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case


@dataclass(frozen=True)
class FlatIndex:
    """An index (h·W + w)·C + c of an NHWC image as the neutral h·W + w of its channel.

    Attributes
    ----------
    channels : int
        C.
    """

    channels: int

    def to(self, array: Array) -> Array:
        """Count the channels into the index and move them last."""
        channel = np.arange(self.channels).reshape(-1, 1, 1)
        return (array * self.channels + channel).transpose(0, 2, 3, 1)

    def back(self, array: Array) -> Array:
        """Move the channels first and take them out of the index."""
        return array.transpose(0, 3, 1, 2) // self.channels


def _common(case: Case, explicit: bool, channels_first: bool) -> Any:
    """The padding, once it is sure that TensorFlow can say the case."""
    config = case.config
    if not config["batched"]:
        raise Unsupported("TensorFlow's pooling needs a batch axis")
    if config["ceil_mode"]:
        raise Unsupported("TensorFlow's pooling has no ceil_mode")
    if config.get("divisor_override") is not None:
        raise Unsupported("TensorFlow's pooling has no divisor_override")
    if any(d != 1 for d in config.get("dilation", ())):
        raise Unsupported("this pooling has no dilation")
    padding = config["padding"]
    if padding == "same":
        return "SAME"
    if all(pair == (0, 0) for pair in padding):
        return "VALID"
    if not explicit:
        raise Unsupported("this pooling takes SAME and VALID padding only")
    spatial = [list(pair) for pair in padding]
    none = [0, 0]
    return [none, none, *spatial] if channels_first else [none, *spatial, none]


def _function(case: Case, target: str, channels_first: bool, *, explicit: bool = False) -> Call:
    config, rank = case.config, case.config["rank"]
    if config.get("return_indices"):
        raise Unsupported("tf.nn.max_pool_with_argmax returns indices, for two dimensions")
    move = images(rank, channels_first)
    arguments = {
        "ksize": list(config["kernel"]),
        "strides": list(config["stride"]),
        "padding": _common(case, explicit, channels_first),
        "data_format": data_format(rank, channels_first),
    }
    slots = (Slot("input", "input", move=move),)
    return Call(target, "function", arguments, slots, (Result(move=move),))


def _layer(case: Case, target: str, channels_first: bool) -> Call:
    config, rank = case.config, case.config["rank"]
    if config.get("return_indices"):
        raise Unsupported("Keras' pooling returns no indices")
    move = images(rank, channels_first)
    arguments = {
        "pool_size": config["kernel"],
        "strides": config["stride"],
        "padding": str(_common(case, False, channels_first)).lower(),
        "data_format": "channels_first" if channels_first else "channels_last",
        "dtype": case.dtype,
    }
    slots = (Slot("input", "inputs", move=move),)
    return Call(target, "class", arguments, slots, (Result(move=move),))


def _with_argmax(case: Case) -> Call:
    config = case.config
    move = images(2)
    results = (
        Result(move=move),
        Result("indices", FlatIndex(case.shapes["input"][1]), differentiated=False),
    )
    arguments = {
        "ksize": list(config["kernel"]),
        "strides": list(config["stride"]),
        "padding": _common(case, False, False),
    }
    slots = (Slot("input", "input", move=move),)
    if not config["return_indices"]:
        raise Unsupported("tf.nn.max_pool_with_argmax always returns indices")
    return Call("nn.max_pool_with_argmax", "function", arguments, slots, results)


def _forms(
    function: str, general: str, layer: str, *, explicit: bool = False
) -> Mapping[str, Translate]:
    return {
        **both_formats("nn", partial(_function, target=f"nn.{function}", explicit=explicit)),
        **both_formats("general", partial(_function, target=f"nn.{general}", explicit=explicit)),
        **both_formats("keras", partial(_layer, target=f"keras.layers.{layer}")),
    }


def _average(rank: int) -> Mapping[str, Translate]:
    return _forms(f"avg_pool{rank}d", "avg_pool", f"AveragePooling{rank}D")


def _maximum(rank: int, *, explicit: bool = False) -> Mapping[str, Translate]:
    return _forms(f"max_pool{rank}d", "max_pool", f"MaxPooling{rank}D", explicit=explicit)


FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"avg_pool{rank}d": _average(rank) for rank in (1, 2, 3)},
    "max_pool1d": _maximum(1),
    # Only over two dimensions is there explicit padding, and a function that returns indices.
    "max_pool2d": {**_maximum(2, explicit=True), "argmax": _with_argmax},
    "max_pool3d": _maximum(3),
}
