"""Normalisation in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.data_formats import both_formats, images
from conformance.spec.call import Call, Owned, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case


def _batch_layer(case: Case, channels_first: bool) -> Call:
    config = case.config
    if config["momentum"] is None and config["track"]:
        raise Unsupported("Keras has no cumulative average")
    if not config["track"] and not config["training"]:
        raise Unsupported("Keras always evaluates with its moving statistics")
    ndim = len(case.shapes["input"])
    move = images(ndim - 2, channels_first)
    arguments = {
        "axis": 1 if channels_first else -1,
        "momentum": 0.99 if config["momentum"] is None else 1 - config["momentum"],
        "epsilon": config["epsilon"],
        "center": config["affine"],
        "scale": config["affine"],
        "dtype": case.dtype,
    }
    slots = [Slot("input", "inputs", move=move)]
    # Keras keeps a half-typed layer's variables in that type.
    kind, shape = case.dtype, (config["features"],)
    owned = []
    if config["affine"]:
        slots += [Slot("weight", "gamma", "parameter"), Slot("bias", "beta", "parameter")]
        owned += [Owned("gamma", shape, kind, True, 1.0), Owned("beta", shape, kind, True, 0.0)]
    if config["track"]:
        slots += [
            Slot("running_mean", "moving_mean", "buffer"),
            Slot("running_var", "moving_variance", "buffer"),
        ]
    owned += [
        Owned("moving_mean", shape, kind, False, 0.0),
        Owned("moving_variance", shape, kind, False, 1.0),
    ]
    return Call(
        "keras.layers.BatchNormalization",
        "class",
        arguments,
        tuple(slots),
        (Result(move=move),),
        training=config["training"],
        conventions={"moving_variance": "biased"},
        owned=tuple(owned),
    )


def _group_layer(case: Case, channels_first: bool) -> Call:
    config = case.config
    if config["track"]:
        raise Unsupported("Keras' instance normalisation keeps no statistics")
    move = images(config["rank"], channels_first)
    arguments = {
        "groups": -1,
        "axis": 1 if channels_first else -1,
        "epsilon": config["epsilon"],
        "center": config["affine"],
        "scale": config["affine"],
        "dtype": case.dtype,
    }
    slots = [Slot("input", "inputs", move=move)]
    shape = (config["features"],)
    owned: tuple[Owned, ...] = ()
    if config["affine"]:
        slots += [Slot("weight", "gamma", "parameter"), Slot("bias", "beta", "parameter")]
        owned = (
            Owned("gamma", shape, case.dtype, True, 1.0),
            Owned("beta", shape, case.dtype, True, 0.0),
        )
    return Call(
        "keras.layers.GroupNormalization",
        "class",
        arguments,
        tuple(slots),
        (Result(move=move),),
        owned=owned,
    )


def _moments(case: Case) -> Call:
    arguments = {"axes": list(case.config["axes"]), "keepdims": case.config["keepdims"]}
    results = (Result("mean"), Result("variance"))
    return Call("nn.moments", "function", arguments, (Slot("input", "x"),), results)


def _batch_normalization(case: Case) -> Call:
    config = case.config
    slots = [
        Slot("input", "x"),
        Slot("mean", "mean", "parameter"),
        Slot("variance", "variance", "parameter"),
    ]
    arguments = {"variance_epsilon": config["epsilon"]}
    if config["scale"]:
        slots += [Slot("bias", "offset", "parameter"), Slot("weight", "scale", "parameter")]
    else:
        arguments |= {"offset": None, "scale": None}
    return Call("nn.batch_normalization", "function", arguments, tuple(slots))


def _fused(case: Case, channels_first: bool) -> Call:
    config = case.config
    move = images(2, channels_first)
    arguments = {
        "epsilon": config["epsilon"],
        "data_format": "NCHW" if channels_first else "NHWC",
        "is_training": config["training"],
    }
    slots = [
        Slot("input", "x", move=move),
        Slot("weight", "scale", "parameter"),
        Slot("bias", "offset", "parameter"),
    ]
    results = [Result(move=move)]
    if config["training"]:
        results += [
            Result("mean", differentiated=False),
            Result("variance", differentiated=False),
        ]
    else:
        slots += [Slot("mean", "mean", "constant"), Slot("variance", "variance", "constant")]
    return Call(
        "compat.v1.nn.fused_batch_norm", "function", arguments, tuple(slots), tuple(results)
    )


FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"batch_norm{n}d": both_formats("keras", _batch_layer) for n in (1, 2, 3)},
    **{f"instance_norm{n}d": both_formats("keras", _group_layer) for n in (1, 2, 3)},
    "moments": {"nn": _moments},
    "batch_normalization": {"nn": _batch_normalization},
    "fused_batch_norm": both_formats("nn", _fused),
}
