"""Dropout of elements and of whole channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.dropout.oracle import CHANNELS, LAYERS
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Row, Rule, Shapes, Table, same

_SHAPES = {
    "dropout": (4, 6, 5),
    "dropout1d": (4, 6, 5),
    "dropout2d": (4, 6, 3, 4),
    "dropout3d": (4, 6, 3, 2, 2),
}


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    shape = _SHAPES[layer.name]
    per_channel = layer in CHANNELS
    noise = (*shape[:2], *(1,) * (len(shape) - 2)) if per_channel else row["noise"]
    config = {
        "rank": len(shape) - 2,
        "rate": row["rate"],
        "training": row["training"],
        "noise_shape": noise,
        "per_channel": per_channel,
    }
    return layer.name, config, {"input": shape}


_HUNTS = {
    "": "survivors not rescaled, or rescaled by p; elements dropped for channels",
    "p25": "keep and drop probabilities exchanged",
    "p0": "a rate of zero that draws or scales",
    "p1": "a rate of one that divides by zero",
    "eval": "dropout active in evaluation",
    "shared": "a noise shape that is not broadcast",
}

TABLE = Table(
    factors={
        "layer": by_name(LAYERS),
        "rate": {"": 0.5, "p25": 0.25, "p0": 0.0, "p1": 1.0},
        "training": {"": True, "eval": False},
        "noise": {"": None, "shared": (4, 1, 5)},
        "regime": same(["normal", "wide"]),
        "dtype": same(["float32", "float64", "float16", "bfloat16"]),
    },
    read=_read,
    hunts=_HUNTS,
    rules=(
        Rule(
            ("layer", "noise"),
            lambda layer, noise: layer not in CHANNELS or noise is None,
            "the channel forms have a noise shape of their own",
        ),
    ),
)

TABLES = (TABLE,)
