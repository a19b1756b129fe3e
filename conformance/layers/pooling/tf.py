"""Pooling in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from conformance.layers.data_formats import both_formats, data_format, images
from conformance.spec.bad_call import Accepts, BadCall, Dies, ReturnedArray, ones
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

# Calls that must be refused, and what the framework itself does ------------------------------

X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)
V = ones(4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.avg_pool2d", "input-2x7x6x4-int64", "input", "TypeError", "InvalidArgumentError",
        {"input": ones(2, 7, 6, 4, dtype="int64"), "ksize": 2, "strides": 2, "padding": "SAME"}),
    BadCall("nn.avg_pool2d", "ksize-7.7", "ksize", "ValueError",
        Accepts("A window that does not fit gives an empty output.", ReturnedArray((2, 1, 0, 4))),
        {"input": X2, "ksize": [7, 7], "strides": 1, "padding": "VALID"}),
    BadCall("nn.avg_pool2d", "padding-0.0.1.0.0.0.0.0", "padding", "ValueError", "TypeError",
        {"input": X2, "ksize": 2, "strides": 2, "padding": [[0, 0], [1, 0], [0, 0], [0, 0]]}),
    BadCall("nn.avg_pool2d", "output-0x0", "ksize", "ValueError",
        Accepts("A window that does not fit gives an empty output.", ReturnedArray((2, 0, 0, 4))),
        {"input": ones(2, 6, 6, 4), "ksize": 7, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool", "input-4", "input", "ValueError", "ValueError",
        {"input": V, "ksize": 2, "strides": 2, "padding": "SAME"}),
    BadCall("nn.max_pool", "data.format-NHWC", "data_format", "ValueError",
        Accepts("The format is not looked at; the axes are counted.",
                ReturnedArray((2, 7, 4), each=1.0)),
        {"input": X1, "ksize": 2, "strides": 2, "padding": "SAME", "data_format": "NHWC"}),
    BadCall("nn.max_pool1d", "output-0", "ksize", "ValueError",
        Dies(("SIGFPE",), "oneDNN divides by the size of the output, which is 0."),
        {"input": X1, "ksize": 8, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "input-2x7x4", "input", "ValueError", "InvalidArgumentError",
        {"input": X1, "ksize": 2, "strides": 2, "padding": "SAME"}),
    BadCall("nn.max_pool2d", "ksize-8", "ksize", "ValueError", "InvalidArgumentError",
        {"input": X2, "ksize": 8, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "ksize-0", "ksize", "ValueError", "InvalidArgumentError",
        {"input": X2, "ksize": 0, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "ksize-1.1.1.2", "ksize", "ValueError", "UnimplementedError",
        {"input": X2, "ksize": [1, 1, 1, 2], "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "ksize-None", "ksize", "ValueError",
        Accepts("A window of None is taken for 1.", ReturnedArray((2, 7, 6, 4), each=1.0)),
        {"input": X2, "ksize": None, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "strides-0", "strides", "ValueError", "InvalidArgumentError",
        {"input": X2, "ksize": 2, "strides": 0, "padding": "VALID"}),
    BadCall("nn.max_pool2d", "padding-0.0.2.0.0.0.0.0", "padding", "ValueError",
        "InvalidArgumentError",
        {"input": X2, "ksize": 2, "strides": 2, "padding": [[0, 0], [2, 0], [0, 0], [0, 0]]}),
    BadCall("nn.max_pool2d", "padding-same", "padding", "ValueError", "InvalidArgumentError",
        {"input": X2, "ksize": 2, "strides": 2, "padding": "same"}),
    BadCall("nn.max_pool2d", "output-0x0", "ksize", "ValueError",
        Dies(("SIGFPE",), "oneDNN divides by the size of the output, which is 0."),
        {"input": ones(2, 6, 6, 4), "ksize": 7, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool3d", "output-0x0x0", "ksize", "ValueError",
        Dies(("SIGFPE",), "oneDNN divides by the size of the output, which is 0."),
        {"input": ones(2, 4, 4, 4, 4), "ksize": 5, "strides": 1, "padding": "VALID"}),
    BadCall("nn.max_pool_with_argmax", "data.format-NCHW", "data_format", "ValueError",
        "ValueError",
        {"input": X2, "ksize": 2, "strides": 2, "padding": "SAME", "data_format": "NCHW"}),
    BadCall("nn.pool", "pooling.type-SUM", "pooling_type", "ValueError", "ValueError",
        {"input": X2, "window_shape": [2, 2], "pooling_type": "SUM"}),
    BadCall("nn.pool", "window.shape-2", "window_shape", "TypeError", "TypeError",
        {"input": X2, "window_shape": 2, "pooling_type": "AVG"}),
    BadCall("nn.pool", "window.shape-9.2", "window_shape", "ValueError", "InvalidArgumentError",
        {"input": X2, "window_shape": [9, 2], "pooling_type": "AVG"}),
    BadCall("nn.pool", "strides-2.2", "strides", "ValueError", "ValueError",
        {"input": X2, "window_shape": [2, 2], "pooling_type": "AVG", "strides": [2, 2],
            "dilations": [2, 2]}),
    BadCall("nn.pool", "padding-SAME", "padding", "ValueError", "ValueError",
        {"input": X2, "window_shape": [2, 2], "pooling_type": "AVG", "padding": "SAME",
            "dilations": [2, 2]}),
    BadCall("keras.layers.AveragePooling2D", "pool.size-2.2.2", "pool_size", "ValueError",
        "ValueError", {"pool_size": (2, 2, 2)}, ((X2,),)),
    BadCall("keras.layers.AveragePooling2D", "pool.size-9", "pool_size", "ValueError at call",
        Accepts("A window that does not fit gives an empty output.", ReturnedArray((2, 0, 0, 4))),
        {"pool_size": 9}, ((X2,),)),
    BadCall("keras.layers.AveragePooling2D", "output-0x0", "pool_size", "ValueError at call",
        Accepts("A window that does not fit gives an empty output.", ReturnedArray((2, 0, 0, 4))),
        {"pool_size": 7, "strides": 1}, ((ones(2, 6, 6, 4),),)),
    BadCall("keras.layers.MaxPooling2D", "pool.size-0", "pool_size", "ValueError", "ValueError",
        {"pool_size": 0}, ((X2,),)),
    BadCall("keras.layers.MaxPooling2D", "padding-causal", "padding", "ValueError",
        "InvalidArgumentError at call", {"pool_size": 2, "padding": "causal"}, ((X2,),)),
    BadCall("keras.layers.MaxPooling2D", "pool.size-7", "pool_size", "ValueError at call",
        "AbortedError at call", {"pool_size": 7}, ((X2,),)),
    BadCall("keras.layers.MaxPooling2D", "input-2x7x4", "inputs", "ValueError at call",
        "ValueError at call", {}, ((X1,),)),
    BadCall("keras.layers.MaxPooling2D", "output-0x0", "pool_size", "ValueError at call",
        Dies(("SIGFPE",), "oneDNN divides by the size of the output, which is 0."),
        {"pool_size": 7, "strides": 1}, ((ones(2, 6, 6, 4),),)),
)  # fmt: skip
