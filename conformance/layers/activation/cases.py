"""Activations: every one on every regime, with its parameters at and off their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.activation import oracle
from conformance.layers.activation.oracle import ELEMENTWISE
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Row, Rule, Shapes, Table, same

# Layer -> {word: parameters}; the word '' means each dialect's own default.
PARAMETERS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "relu": {"": {}},
    "relu6": {"": {}},
    "leaky_relu": {"": {}, "slope3": {"negative_slope": 0.375}},
    "elu": {"": {}, "alpha2": {"alpha": 2.0}},
    "selu": {"": {}},
    "celu": {"": {}, "alpha2": {"alpha": 2.0}},
    "gelu": {"": {}, "tanhform": {"approximate": "tanh"}},
    "silu": {"": {}},
    "mish": {"": {}},
    "sigmoid": {"": {}},
    "log_sigmoid": {"": {}},
    "tanh": {"": {}},
    "softplus": {"": {}, "beta2": {"beta": 2.0, "threshold": 6.0}},
    "softsign": {"": {}},
    "hardtanh": {"": {}, "range": {"min_value": -0.5, "max_value": 3.0}},
    "hardsigmoid": {"": {}},
    "hardswish": {"": {}},
}

_HUNTS = {
    "": "the wrong derivative at a kink, an overflow far out, a slope on the wrong side",
    "inplace": "an in-place form that leaves its input alone or spoils its own gradient",
    "slope3": "a slope left at its default",
    "alpha2": "an alpha left at its default, or scaling the wrong branch",
    "tanhform": "the exact form in place of the approximate one, or the reverse",
    "beta2": "beta left at its default, or not divided out again",
    "range": "limits left at their defaults",
    "shared": "one slope for all channels",
    "axis0": "normalising along the wrong axis",
    "axis2": "normalising along the wrong axis",
    "few": "a kernel for what does not fill a vector that treats NaN or infinity otherwise",
    "large": "rows that are worked on in blocks, the last of them not full",
}
_FLOATS = same(["float32", "float64", "float16", "bfloat16"])
_HALF_ALONE = Rule(
    ("regime", "dtype"),
    lambda regime, dtype: regime != "all" or dtype in ("float16", "bfloat16"),
    "only half types are few enough to try them all",
)


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    config = {**row["parameters"], "inplace": row.get("inplace", False)}
    shape = row.get("shape", (256, 256) if row["regime"] == "all" else (6, 7, 4))
    return layer.name, config, {"input": shape}


def _table(layer: Layer) -> Table:
    inplace = {"": False, "inplace": True} if layer.inplace else {"": False}
    return Table(
        factors={
            "layer": by_name([layer]),
            "parameters": PARAMETERS[layer.name],
            "inplace": inplace,
            "regime": same(["normal", "extreme", "ties", "special", "tiny", "all"]),
            "dtype": _FLOATS,
        },
        read=_read,
        hunts=_HUNTS,
        rules=(_HALF_ALONE,),
        # All of them: a dialect has no words for some rows, and is to be asked everything else.
        strength=5,
    )


def _read_prelu(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    count = row["shape"]
    shape = (64, 4, 256) if row["regime"] == "all" else (5, 4, 6)
    return oracle.PRELU.name, {"num_parameters": count}, {"input": shape, "weight": (count,)}


PRELU = Table(
    factors={
        "shape": {"": 4, "shared": 1},
        "regime": same(["normal", "extreme", "ties", "all"]),
        "dtype": _FLOATS,
    },
    read=_read_prelu,
    hunts=_HUNTS,
    rules=(_HALF_ALONE,),
)


def _read_softmax(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    return row["layer"].name, {"axis": row["axis"]}, {"input": row.get("shape", (4, 6, 5))}


SOFTMAX = Table(
    factors={
        "layer": by_name((oracle.SOFTMAX, oracle.LOG_SOFTMAX)),
        "axis": {"": 1, "axis0": 0, "axis2": 2},
        "regime": same(["normal", "extreme", "offset", "ties", "wide", "special"]),
        "dtype": _FLOATS,
    },
    read=_read_softmax,
    hunts=_HUNTS,
    batched=lambda row: (),
)

# So many rows that an implementation which works in blocks has more than one, and a last one that
# is not full.
LARGE = Table(
    factors={
        "layer": by_name((oracle.SOFTMAX, oracle.LOG_SOFTMAX)),
        "axis": {"": 1},
        "shape": {"large": (331, 700)},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=_read_softmax,
    hunts=_HUNTS,
    batched=lambda row: (),
)

# NaN and the infinities, too few for a vectorised kernel of any dtype.
FEW = Table(
    factors={
        "layer": by_name(ELEMENTWISE),
        "parameters": {"": {}},
        "shape": {"few": (3,)},
        "regime": same(["special"]),
        "dtype": _FLOATS,
    },
    read=_read,
    hunts=_HUNTS,
    strength=5,
)

TABLES = (*(_table(layer) for layer in ELEMENTWISE), PRELU, SOFTMAX, LARGE, FEW)
