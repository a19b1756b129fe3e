"""The linear layer, over any number of leading axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.linear.oracle import LINEAR
from conformance.spec.table import Factors, Row, Shapes, Table, same


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    features, outputs = row["features"]
    config = {"in_features": features, "out_features": outputs, "bias": row["bias"]}
    shapes: dict[str, tuple[int, ...]] = {
        "input": (*row["lead"], features),
        "weight": (outputs, features),
    }
    if row["bias"]:
        shapes["bias"] = (outputs,)
    return LINEAR.name, config, shapes


_FACTORS: Factors = {
    "features": {"": (5, 3), "single": (1, 4), "long": (96, 2), "square": (4, 4)},
    "bias": {"": True, "nobias": False},
    "regime": same(["normal", "exact", "offset", "wide"]),
    "dtype": same(["float32", "float64", "float16", "bfloat16"]),
}
_HUNTS = {
    "": "a weight not transposed, a bias added along the wrong axis",
    "square": "a square weight transposed unnoticed",
    "single": "a single feature squeezed away",
    "long": "a long sum accumulated in too few bits",
    "endless": "a long sum taken term by term, where blocks or pairs keep its error small",
    "nobias": "a bias added that is not there",
    "lead1": "a leading axis lost",
    "lead3": "leading axes flattened in the wrong order",
    "vector": "a 1-D input taken for a batch",
}

BATCHED = Table(
    factors={
        "lead": {"": (3,), "lead1": (1,), "lead3": (2, 3, 2)},
        **_FACTORS,
    },
    read=_read,
    hunts=_HUNTS,
)

VECTOR = Table(
    factors={"lead": {"vector": ()}, **_FACTORS, "dtype": same(["float32", "float64"])},
    read=_read,
    hunts=_HUNTS,
    batched=lambda row: (),
)

# All elements are the same number: a sum that is taken term by term rounds the same way each time.
ENDLESS = Table(
    factors={
        "lead": {"": (2,)},
        "features": {"endless": (131072, 2)},
        "bias": {"": True, "nobias": False},
        "regime": same(["equal"]),
        "dtype": same(["float32"]),
    },
    read=_read,
    hunts=_HUNTS,
    draws=lambda row: {"weight": "equal"},
)

TABLES = (BATCHED, VECTOR, ENDLESS)
