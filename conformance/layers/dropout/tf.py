"""Dropout in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.data_formats import both_formats, images
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import Call, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case

# TensorFlow selects, where PyTorch multiplies by the mask.
_CONVENTIONS = {"select": True}


def _function(case: Case) -> Call:
    config = case.config
    if not config["training"]:
        raise Unsupported("tf.nn.dropout has no evaluation mode")
    arguments = {"rate": config["rate"], "noise_shape": config["noise_shape"]}
    slots = (Slot("input", "x"),)
    return Call("nn.dropout", "function", arguments, slots, conventions=_CONVENTIONS)


def _layer(case: Case) -> Call:
    config = case.config
    arguments = {
        "rate": config["rate"],
        "noise_shape": config["noise_shape"],
        "dtype": case.dtype,
    }
    return Call(
        "keras.layers.Dropout",
        "class",
        arguments,
        (Slot("input", "inputs"),),
        training=config["training"],
        conventions=_CONVENTIONS,
    )


def _spatial(case: Case, channels_first: bool) -> Call:
    config = case.config
    rank = config["rank"]
    arguments = {"rate": config["rate"], "dtype": case.dtype}
    if rank > 1:
        arguments["data_format"] = "channels_first" if channels_first else "channels_last"
    elif channels_first:
        raise Unsupported("keras.layers.SpatialDropout1D has no data_format")
    move = images(rank, channels_first)
    return Call(
        f"keras.layers.SpatialDropout{rank}D",
        "class",
        arguments,
        (Slot("input", "inputs", move=move),),
        (Result(move=move),),
        training=config["training"],
        conventions=_CONVENTIONS,
    )


FORMS: Mapping[str, Mapping[str, Translate]] = {
    "dropout": {"nn": _function, "keras": _layer},
    **{f"dropout{n}d": {"nn": _function, **both_formats("keras", _spatial)} for n in (1, 2, 3)},
}

# Calls that must be refused, and what the framework itself does ------------------------------

X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.dropout", "rate-1", "rate", "ValueError", "ValueError", {"x": X2, "rate": 1}),
    BadCall("nn.dropout", "rate--0.1", "rate", "ValueError", "ValueError", {"x": X2, "rate": -0.1}),
    BadCall("nn.dropout", "rate-half", "rate", "TypeError", "ValueError",
        {"x": X2, "rate": "half"}),
    BadCall("nn.dropout", "rate-0.5", "rate", "TypeError", "ValueError", {"x": X2, "rate": [0.5]}),
    BadCall("nn.dropout", "x-2x7x6x4-int64", "x", "TypeError", "ValueError",
        {"x": ones(2, 7, 6, 4, dtype="int64"), "rate": 0.5}),
    BadCall("nn.dropout", "noise.shape-3.1.1.4", "noise_shape", "ValueError",
        "InvalidArgumentError", {"x": X2, "rate": 0.5, "noise_shape": (3, 1, 1, 4)}),
    BadCall("nn.dropout", "noise.shape-1.2.7.6.4", "noise_shape", "ValueError",
        Accepts("A mask of more axes than the input broadcasts, and the output has as many.",
                ReturnedArray((1, 2, 7, 6, 4), varies="a random mask")),
        {"x": X2, "rate": 0.5, "noise_shape": (1, 2, 7, 6, 4)}),
    BadCall("nn.dropout", "seed-one", "seed", "TypeError", "TypeError",
        {"x": X2, "rate": 0.5, "seed": "one"}),
    BadCall("keras.layers.Dropout", "rate-1.5", "rate", "ValueError", "ValueError", {"rate": 1.5},
        ((X2,),)),
    BadCall("keras.layers.Dropout", "rate-half", "rate", "TypeError", "TypeError", {"rate": "half"},
        ((X2,),)),
    BadCall("keras.layers.Dropout", "seed-one", "seed", "TypeError", "ValueError",
        {"rate": 0.5, "seed": "one"}, ((X2,),)),
    BadCall("keras.layers.Dropout", "noise.shape-3", "noise_shape", "ValueError", "ValueError",
        {"rate": 0.5, "noise_shape": 3}, ((X2,),)),
    BadCall("keras.layers.Dropout", "noise.shape--1.1", "noise_shape", "ValueError", "ValueError",
        {"rate": 0.5, "noise_shape": (-1, 1)}, ((X2,),)),
    BadCall("keras.layers.SpatialDropout1D", "rate-2", "rate", "ValueError", "ValueError",
        {"rate": 2.0}, ((X1,),)),
    BadCall("keras.layers.SpatialDropout2D", "data.format-NHWC", "data_format", "ValueError",
        "ValueError", {"rate": 0.5, "data_format": "NHWC"}, ((X2,),)),
    BadCall("keras.layers.SpatialDropout2D", "input-2x7x4", "inputs", "ValueError at call",
        "ValueError at call", {"rate": 0.5}, ((X1,),)),
)  # fmt: skip
