"""Average and max pooling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.pooling.oracle import AVERAGES, LAYERS, MAXIMA
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Factors, Row, Rule, Shapes, Table, per_dimension, same

_SPATIAL = {1: (10,), 2: (8, 9), 3: (6, 5, 7)}
_MIXED_KERNEL = (3, 2, 4)  # all different: any two axes swapped show
_MIXED_STRIDE = (1, 2, 3)
_MIXED_PADDING = ((1, 1), (0, 0), (1, 1))
_ASYMMETRIC = ((0, 1), (1, 0), (1, 0))


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    rank = layer.rank or 0
    padding = row["padding"]
    if isinstance(padding, int):
        padding = ((padding, padding),) * rank
    elif not isinstance(padding, str):
        padding = padding[:rank]
    kernel = per_dimension(row["kernel"], rank)
    stride = row["stride"]
    config = {
        "rank": rank,
        "kernel": kernel,
        "stride": kernel if stride == "kernel" else per_dimension(stride, rank),
        "padding": padding,
        "ceil_mode": row["ceil_mode"],
        "batched": row.get("batched", True),
    }
    if layer in AVERAGES:
        config["count_include_pad"] = row["count_include_pad"]
        config["divisor_override"] = row["divisor_override"]
    else:
        config["dilation"] = per_dimension(row["dilation"], rank)
        config["return_indices"] = row["return_indices"]
    lead = (2, 3) if config["batched"] else (3,)
    return layer.name, config, {"input": (*lead, *_SPATIAL[rank])}


_HUNTS = {
    "": "windows at the wrong place, output size off by one",
    "kmixed": "kernel axes swapped",
    "stride1": "overlapping windows that share no gradient",
    "stridemixed": "stride axes swapped",
    "pad1": "padding 0 instead of −inf, or counted into an average",
    "padmixed": "padding axes swapped",
    "padasym": "padding sides swapped",
    "same": "SAME padding at the wrong end or counted into an average",
    "ceil": "the last window kept though it starts in the padding; its divisor",
    "excludepad": "padding counted into an average",
    "divisor": "an overridden divisor ignored",
    "dilation2": "dilation ignored",
    "indices": "indices into the padded input, or of the last maximum",
    "unbatched": "a batch axis taken for channels",
}

_KERNELS = {"": 2, "k3": 3, "kmixed": _MIXED_KERNEL}
_STRIDES = {"": "kernel", "stride1": 1, "stridemixed": _MIXED_STRIDE}
_DTYPES = same(["float32", "float64", "float16", "bfloat16"])
_SYMMETRIC = {"": 0, "pad1": 1, "padmixed": _MIXED_PADDING}
_AVERAGES = by_name(AVERAGES)
_MAXIMA = by_name(MAXIMA)
_NOT_EXACT = "a sum divided by no power of two is not exact"

AVERAGE = Table(
    factors={
        "layer": _AVERAGES,
        "kernel": _KERNELS,
        "stride": _STRIDES,
        "padding": _SYMMETRIC,
        "ceil_mode": {"": False, "ceil": True},
        "count_include_pad": {"": True, "excludepad": False},
        "divisor_override": {"": None, "divisor": 4},
        "regime": same(["normal", "exact", "wide"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
    rules=(
        Rule(
            ("layer", "divisor_override"),
            lambda layer, divisor: layer.rank > 1 or divisor is None,
            "one-dimensional average pooling has no divisor_override",
        ),
        Rule(
            ("regime", "kernel"),
            lambda regime, kernel: regime != "exact" or kernel == 2,
            _NOT_EXACT,
        ),
        Rule(
            ("regime", "padding", "count_include_pad"),
            lambda regime, padding, include: regime != "exact" or padding == 0 or include,
            _NOT_EXACT,
        ),
        Rule(
            ("regime", "ceil_mode"),
            lambda regime, ceil_mode: regime != "exact" or not ceil_mode,
            _NOT_EXACT,
        ),
    ),
)

# What TensorFlow knows: no padding at all, or SAME, which is left out of the average.
_PLAIN: Factors = {
    "kernel": _KERNELS,
    "stride": _STRIDES,
    "padding": {"valid": 0, "same": "same"},
    "ceil_mode": {"": False},
}

AVERAGE_SAME = Table(
    factors={
        "layer": _AVERAGES,
        **_PLAIN,
        "count_include_pad": {"excludepad": False},
        "divisor_override": {"": None},
        "regime": same(["normal", "wide"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

MAXIMUM = Table(
    factors={
        "layer": _MAXIMA,
        "kernel": _KERNELS,
        "stride": _STRIDES,
        "padding": _SYMMETRIC,
        "dilation": {"": 1, "dilation2": 2},
        "ceil_mode": {"": False, "ceil": True},
        "return_indices": {"": False, "indices": True},
        "regime": same(["normal", "exact", "ties", "special"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

MAXIMUM_SAME = Table(
    factors={
        "layer": _MAXIMA,
        **_PLAIN,
        "dilation": {"": 1},
        "return_indices": {"": False, "indices": True},
        "regime": same(["normal", "exact", "ties", "special"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

ASYMMETRIC = Table(
    factors={
        "layer": by_name(MAXIMA[1:2]),
        "kernel": _KERNELS,
        "stride": _STRIDES,
        "padding": {"padasym": _ASYMMETRIC},
        "dilation": {"": 1},
        "ceil_mode": {"": False},
        "return_indices": {"": False},
        "regime": same(["normal", "exact", "ties"]),
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
)

UNBATCHED = Table(
    factors={
        "layer": by_name(LAYERS),
        "kernel": {"": 2, "k3": 3},
        "stride": {"": "kernel", "stride1": 1},
        "padding": {"": 0, "pad1": 1},
        "ceil_mode": {"": False, "ceil": True},
        "count_include_pad": {"": True},
        "divisor_override": {"": None},
        "dilation": {"": 1},
        "return_indices": {"": False},
        "batched": {"unbatched": False},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=_read,
    hunts=_HUNTS,
    batched=lambda row: (),
)

TABLES = (AVERAGE, AVERAGE_SAME, MAXIMUM, MAXIMUM_SAME, ASYMMETRIC, UNBATCHED)
