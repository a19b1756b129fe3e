"""Convolutions: geometry in every combination, then what only one dialect can spell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.conv.oracle import LAYERS
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Factors, Row, Rule, Shapes, Table, per_dimension, same

_SPATIAL = {1: (11,), 2: (9, 8), 3: (6, 7, 5)}
# Per-dimension values are all different, so that swapped axes show. In one dimension an even kernel
# is what makes SAME padding uneven.
_MIXED_KERNEL = {1: (2,), 2: (3, 2), 3: (3, 2, 1)}
_MIXED_STRIDE = (2, 1, 3)
_MIXED_PADDING = ((1, 1), (0, 0), (2, 2))
_ASYMMETRIC = ((0, 1), (2, 0), (1, 0))
_CHANNELS = 4


def _padding(value: Any, rank: int) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return ((value, value),) * rank
    return value[:rank]


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    rank = layer.rank or 0
    kernel = per_dimension(row["kernel"], rank)
    groups = row["groups"]
    outputs = row.get("outputs", 8 if groups == _CHANNELS else 6)
    config = {
        "rank": rank,
        "in_channels": _CHANNELS,
        "out_channels": outputs,
        "kernel": kernel,
        "stride": per_dimension(row["stride"], rank),
        "dilation": per_dimension(row["dilation"], rank),
        "groups": groups,
        "bias": row["bias"],
        "padding": _padding(row["padding"], rank),
        "padding_mode": row.get("padding_mode", "zeros"),
        "batched": row.get("batched", True),
    }
    lead = (2, _CHANNELS) if config["batched"] else (_CHANNELS,)
    shapes: dict[str, tuple[int, ...]] = {
        "input": (*lead, *_SPATIAL[rank]),
        "weight": (outputs, _CHANNELS // groups, *kernel),
    }
    if row["bias"]:
        shapes["bias"] = (outputs,)
    return layer.name, config, shapes


_HUNTS = {
    "": "a kernel flipped or transposed, a tap at the wrong place",
    "k1": "a kernel of one element taken for a special case",
    "kmixed": "kernel axes swapped",
    "stride2": "stride ignored, output size off by one",
    "stridemixed": "stride axes swapped",
    "dilation2": "dilation ignored or counted into the output size wrongly",
    "groups2": "channel groups swapped or mixed",
    "depthwise": "a channel multiplier's output order",
    "single": "a special path for one output in each group",
    "nobias": "a bias added that is not there",
    "pad1": "padding at one side only",
    "padmixed": "padding axes swapped",
    "padasym": "padding sides swapped",
    "same": "SAME padding at the wrong end, or not depending on the input's size",
    "causal": "padding at the end of a causal convolution",
    "reflect": "an edge repeated where it should not be",
    "replicate": "an edge mirrored where it should be repeated",
    "circular": "the wrong end wrapped around",
    "unbatched": "a batch axis taken for channels",
}

_GEOMETRY: Factors = {
    "layer": by_name(LAYERS),
    "kernel": {"": 3, "k1": 1, "kmixed": _MIXED_KERNEL},
    "stride": {"": 1, "stride2": 2, "stridemixed": _MIXED_STRIDE},
    "dilation": {"": 1, "dilation2": 2},
    "groups": {"": 1, "groups2": 2, "depthwise": _CHANNELS},
    "bias": {"": True, "nobias": False},
}

_REGIMES = same(["normal", "exact", "wide"])
_DTYPES = same(["float32", "float64", "float16", "bfloat16"])

# One table for each way to pad, since the forms that know one do not all know the others: so
# every form meets every combination of the options it has.
UNPADDED = Table(
    factors={**_GEOMETRY, "padding": {"": 0}, "regime": _REGIMES, "dtype": _DTYPES},
    read=_read,
    hunts=_HUNTS,
)

EXPLICIT = Table(
    factors={
        **_GEOMETRY,
        "padding": {"pad1": 1, "padmixed": _MIXED_PADDING},
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

ASYMMETRIC = Table(
    factors={
        **_GEOMETRY,
        "layer": by_name(LAYERS[1:2]),
        "padding": {"padasym": _ASYMMETRIC},
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

SAME = Table(
    factors={
        **_GEOMETRY,
        "padding": {"same": "same"},
        "regime": same(["normal", "exact"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

PADDING_MODES = Table(
    factors={
        "layer": by_name(LAYERS),
        "kernel": {"": 3, "kmixed": _MIXED_KERNEL},
        "stride": {"": 1, "stride2": 2},
        "dilation": {"": 1, "dilation2": 2},
        "groups": {"": 1, "groups2": 2},
        "bias": {"": True},
        "padding": {"pad1": 1, "padmixed": _MIXED_PADDING, "same": "same"},
        "padding_mode": same(["reflect", "replicate", "circular"]),
        "regime": same(["normal", "exact"]),
        "dtype": same(["float32", "float64"]),
    },
    read=_read,
    hunts=_HUNTS,
    rules=(
        Rule(
            ("padding", "stride"),
            lambda padding, stride: padding != "same" or stride == 1,
            "torch's 'same' has no meaning with a stride",
        ),
    ),
)

CAUSAL = Table(
    factors={
        **_GEOMETRY,
        "layer": by_name(LAYERS[:1]),
        "kernel": {"": 3, "k1": 1, "k2": 2},
        "stride": {"": 1, "stride2": 2},
        "padding": {"causal": "causal"},
        "regime": same(["normal", "exact"]),
        "dtype": same(["float32", "float64"]),
    },
    read=_read,
    hunts=_HUNTS,
)

UNBATCHED = Table(
    factors={
        **_GEOMETRY,
        "stride": {"": 1, "stride2": 2},
        "groups": {"": 1, "groups2": 2},
        "padding": {"": 0, "pad1": 1, "same": "same"},
        "batched": {"unbatched": False},
        "regime": same(["normal", "exact"]),
        "dtype": same(["float32"]),
    },
    read=_read,
    hunts=_HUNTS,
    batched=lambda row: (),
)

# A depthwise convolution with one output for each channel is often a path of its own.
SINGLE = Table(
    factors={
        "layer": by_name(LAYERS[:2]),
        "kernel": {"": 3},
        "stride": {"": 1, "stride2": 2},
        "dilation": {"": 1},
        "groups": {"depthwise": _CHANNELS},
        "outputs": {"single": _CHANNELS},
        "bias": {"": True},
        "padding": {"": 0},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=_read,
    hunts=_HUNTS,
)

TABLES = (UNPADDED, EXPLICIT, ASYMMETRIC, SAME, PADDING_MODES, CAUSAL, UNBATCHED, SINGLE)
