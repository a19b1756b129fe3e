"""Layers that compute or answer in another dtype than they should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant
from conformance.spec.request import Observation, Request
from conformance.spec.transforms import (
    TF,
    all_gradients,
    all_outputs,
    floats,
    in_float32,
    output,
    state,
)
from refimpl.dtypes import is_half


def half_accumulation(y: Any, arrays: Any, call: Any) -> Any:
    """Add up a linear layer's products one by one, each sum rounded to the half type."""
    x, weight = arrays["input"], arrays["weight"]
    if not is_half(x.dtype):
        return y
    total = np.zeros((*x.shape[:-1], len(weight)), x.dtype)
    for place in range(x.shape[-1]):
        product = x[..., place, None].astype(np.float32) * weight[:, place].astype(np.float32)
        total = (total.astype(np.float32) + product).astype(x.dtype)
    return total + arrays["bias"] if "bias" in arrays else total


def wide_state(request: Request, seen: Observation) -> Observation:
    """Keep every statistic in float64."""
    return replace(seen, state={name: each.astype(np.float64) for name, each in seen.state.items()})


_FROM_HALF = all_outputs(lambda y: y.astype(np.float32) if y.dtype.itemsize == 2 else y)

MUTANTS = (
    Mutant("half accumulation", "A half-typed sum is rounded to the half type after each term.",
           "linear", "output", after=output(half_accumulation), word="long"),
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "linear", "output", floats(in_float32)),
    Mutant("float32 inside float64 on the way back", "Gradients are computed in float32.",
           "linear", "gradient", after=all_gradients(in_float32)),
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "conv2d", "output", floats(in_float32), subject=TF),
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "batch_norm2d", "output", floats(in_float32)),
    Mutant("float32 inside float64", "The function computes in float32, whatever it is given.",
           "tanh", "output", after=all_outputs(in_float32)),
    Mutant("float32 inside float64", "The loss is computed in float32, whatever it is given.",
           "cross_entropy", "loss", floats(in_float32)),
    Mutant("float32 inside float64", "The averages are computed in float32.",
           "avg_pool3d", "output", floats(in_float32), subject=TF),
    Mutant("running mean kept in float32", "A float64 layer keeps its statistics in float32.",
           "batch_norm1d", "state",
           after=state("running_mean", lambda old, request: in_float32(old))),
    Mutant("outputs in float64", "The output of a float32 layer is float64.",
           "linear", "dtype", after=all_outputs(lambda y: y.astype(np.float64))),
    Mutant("gradients in float64", "The gradients of a float32 layer are float64.",
           "linear", "dtype", after=all_gradients(lambda y: y.astype(np.float64))),
    Mutant("half types answered in float32", "What comes in as a half type goes out as float32.",
           "mish", "dtype", after=_FROM_HALF),
    Mutant("half types answered in float32", "What comes in as a half type goes out as float32.",
           "conv1d", "dtype", after=_FROM_HALF, subject=TF),
    Mutant("indices of another dtype", "The indices of maxima are int32.",
           "max_pool2d", "dtype", word="indices", after=all_outputs(
               lambda y: y.astype(np.int32) if y.dtype == np.int64 else y)),
    Mutant("statistics kept in float64", "A float32 layer keeps its statistics in float64.",
           "batch_norm2d", "state", after=wide_state),
)  # fmt: skip
