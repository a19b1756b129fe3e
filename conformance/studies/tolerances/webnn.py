"""WebNN's tolerances: for each operator a number of units in the last place.

The table is that of the web platform tests (`webnn/resources/utils.js`). WebNN has no float64, no
bfloat16, no gradients and no training; what is no single operator there has no tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.studies.tolerances.comparison import Comparison, Marks

Config = Mapping[str, Any]
Shapes = Mapping[str, tuple[int, ...]]
Ulps = Callable[[Config, Shapes], int | None]


def tolerance(comparison: Comparison) -> int | None:
    """Look up how many units in the last place an output may be off.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    int or None
        None if the table does not speak about it.
    """
    case = comparison.case
    if comparison.aspect != "output" or comparison.pair.what != "output":
        return None
    entry = _TABLE.get(case.layer, {}).get(case.dtype)
    if entry is None:
        return None
    used = {name: case.shapes[name] for name in case.shapes if name in comparison.arrays}
    return entry({**case.config, **comparison.conventions}, used)


def rejects(comparison: Comparison) -> Marks:
    """Judge an output by its distance in units of the last place.

    Parameters
    ----------
    comparison : Comparison
        One that `tolerance` speaks about.

    Returns
    -------
    ndarray of bool
    """
    allowed = tolerance(comparison)
    assert allowed is not None
    got, reference = comparison.numbers
    kind = np.dtype(comparison.case.dtype)
    with np.errstate(all="ignore"):
        apart = np.abs(value_ranks(got.astype(kind)) - value_ranks(reference.astype(kind)))
    return np.asarray(np.where(comparison.same, 0, apart) > allowed)


def value_ranks(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number the values of a float dtype in their order, both zeros 0.

    Parameters
    ----------
    array : ndarray
        Of float16 or float32.

    Returns
    -------
    ndarray
    """
    bits = np.abs(array).view(f"i{array.dtype.itemsize}").astype(np.int64)
    found: npt.NDArray[np.int64] = np.where(np.signbit(array), -bits, bits)
    return found


def _constant(number: int) -> Ulps:
    return lambda config, shapes: number


def _both_dtypes(entry: Ulps) -> Mapping[str, Ulps]:
    return {"float32": entry, "float16": entry}


def _ulps(float32: int, float16: int | None = None) -> Mapping[str, Ulps]:
    half = float32 if float16 is None else float16
    return {"float32": _constant(float32), "float16": _constant(half)}


def _conv_ulps(config: Config, shapes: Shapes) -> int | None:
    """Two roundings for each product; other paddings than with zeros are another operator."""
    plain = config["padding_mode"] == "zeros" and config["batched"]
    return 2 * math.prod(shapes["weight"][1:]) if plain else None


def _gemm_ulps(config: Config, shapes: Shapes) -> int:
    return 2 * shapes["input"][-1] + ("bias" in shapes)


def _average_ulps(config: Config, shapes: Shapes) -> int | None:
    return math.prod(config["kernel"]) + 2 if config["batched"] else None


def _batch_norm_ulps(config: Config, shapes: Shapes) -> int | None:
    inference = not config["training"] and config.get("track", True)
    return 6 if inference else None


def _instance_norm_ulps(number: int) -> Ulps:
    return lambda config, shapes: None if config["track"] else number


def _gelu_ulps(config: Config, shapes: Shapes) -> int | None:
    return 18 if config.get("approximate", "none") == "none" else None


def _softplus_ulps(config: Config, shapes: Shapes) -> int | None:
    return 18 if config.get("beta", 1.0) == 1.0 else None


_TABLE: Mapping[str, Mapping[str, Ulps]] = {
    "conv2d": _both_dtypes(_conv_ulps),
    "linear": _both_dtypes(_gemm_ulps),
    "avg_pool2d": _both_dtypes(_average_ulps),
    "max_pool2d": _ulps(0),
    "batch_norm1d": _both_dtypes(_batch_norm_ulps),
    "batch_norm2d": _both_dtypes(_batch_norm_ulps),
    "batch_norm3d": _both_dtypes(_batch_norm_ulps),
    "fused_batch_norm": _both_dtypes(_batch_norm_ulps),
    "batch_normalization": _ulps(6),
    "instance_norm2d": {"float32": _instance_norm_ulps(840), "float16": _instance_norm_ulps(8400)},
    "softmax": _both_dtypes(lambda config, shapes: 3 * shapes["input"][config["axis"]] + 3),
    "elu": _ulps(18),
    "gelu": _both_dtypes(_gelu_ulps),
    "hardsigmoid": _ulps(2),
    "hardswish": _ulps(4),
    "leaky_relu": _ulps(1, 2),
    "prelu": _ulps(1),
    "relu": _ulps(0),
    "relu6": _ulps(0),
    "hardtanh": _ulps(0),
    "sigmoid": _ulps(34, 10),
    "softplus": _both_dtypes(_softplus_ulps),
    "softsign": _ulps(3),
    "tanh": _ulps(16),
}
