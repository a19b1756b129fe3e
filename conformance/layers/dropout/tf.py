"""Dropout in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.data_formats import both_formats, images
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
