"""The linear layer, and how the oracle evaluates it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.arithmetic import explain_weighted_sum
from conformance.spec.answer import Answer, Arrays, single
from conformance.spec.layer import Layer
from refimpl.ops.linear import linear


def _linear(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    names = ("input", "weight", "bias")
    taken: list[Any] = [arrays.get(name) for name in names]
    return single(*linear(*taken), *names)


LINEAR = Layer(
    "linear",
    "linear",
    _linear,
    {
        "output": "*lead out_features",
        "weight": "out_features in_features",
        "bias": "out_features",
        "input": "*lead in_features",
    },
    explain=explain_weighted_sum,
)
LAYERS = (LINEAR,)
