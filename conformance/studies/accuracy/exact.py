"""Exact values: the oracle's mathematics in float64, and other forms of it where those cancel.

A bound allows an implementation what its formula loses, `1 - tanh(x)^2` far out for instance, so
the oracle may lose it, too. In units of the last place nothing may be lost: there a slope is wanted
that is relatively accurate everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance import oracle
from conformance.spec.case import Case

Floats = npt.NDArray[np.float64]
Config = Mapping[str, Any]

OWN_ERROR = 2.0**-20
"""How far these values are from the truth, at most, in units in the last place of float32.

Next to a zero of a slope, where there is no relative accuracy, `NEAR_ZERO` takes its place; the
tests hold both against 50 digits.
"""

NEAR_ZERO = 2.0**-4
"""The same within `REACH` of a zero of a slope that is not at a float32 number."""

REACH = 0.01

# What the op can be told, so that its slope does not cancel.
_EXACT_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "elu": {"slope_from": "input"},
    "selu": {"slope_from": "input"},
    "celu": {"slope_from": "input"},
    "softsign": {"slope_from": "square"},
}


def exact_values(case: Case, conventions: Config) -> tuple[Floats, Floats]:
    """Give an activation's values and slopes.

    Parameters
    ----------
    case : Case
        An activation with its input.
    conventions : mapping
        What the dialect decides: at kinks and NaN, the slope is what it says.

    Returns
    -------
    value, slope : ndarray of float64
    """
    config = {**case.config, **conventions}
    with np.errstate(all="ignore"):
        x = case.draw("input").astype(np.float64)
        value, slope = _oracle_values(case, conventions)
        finite = np.isfinite(x)
        if case.layer in _EXACT_OPTIONS:
            _, better = _oracle_values(case, {**conventions, **_EXACT_OPTIONS[case.layer]})
            slope = np.where(finite, better, slope)
        if config.get("approximate") == "tanh":
            value = np.where(finite, x * _tanh_gate(x)[0], value)
        if case.layer in _SLOPES and config.get("approximate") != "none":
            slope = np.where(finite, _SLOPES[case.layer](x), slope)
    return value, slope


def _oracle_values(case: Case, conventions: Config) -> tuple[Floats, Floats]:
    arrays = {name: case.draw(name).astype(np.float64) for name in case.shapes}
    answer = oracle.answer_of(case, conventions, arrays)
    output = answer.outputs["output"]
    return output, answer.vjp({"output": np.ones_like(output)})["input"]


def _logistic_slope(x: Floats) -> Floats:
    """Slope of the logistic function: neither factor cancels."""
    e = np.exp(-np.abs(x))
    return e / np.square(1.0 + e)


def _tanh_gate(x: Floats) -> tuple[Floats, Floats]:
    """Give the gate of the tanh form of GELU, `(1 + tanh(z)) / 2`, and its slope.

    It is the logistic function of 2z, and written so it does not cancel.
    """
    near = np.clip(x, -100.0, 100.0)  # beyond, the gate is exactly 0 or 1
    double = 2.0 * sqrt(2.0 / pi) * (near + 0.044715 * near**3)
    inner = 2.0 * sqrt(2.0 / pi) * (1.0 + 3.0 * 0.044715 * near * near)
    e = np.exp(-np.abs(double))
    return np.where(double < 0.0, e, 1.0) / (1.0 + e), _logistic_slope(double) * inner


def _tanh_gelu_slope(x: Floats) -> Floats:
    gate, slope = _tanh_gate(x)
    return gate + np.clip(x, -100.0, 100.0) * slope


def _hardswish_slope(x: Floats) -> Floats:
    """Straight line (2x + 3)/6, whose zero is at a number of float32."""
    return np.where(x <= -3.0, 0.0, np.where(x >= 3.0, 1.0, (2.0 * x + 3.0) / 6.0))


_SLOPES: Mapping[str, Callable[[Floats], Floats]] = {
    "sigmoid": _logistic_slope,
    "tanh": lambda x: 4.0 * _logistic_slope(2.0 * x),
    "gelu": _tanh_gelu_slope,
    "hardswish": _hardswish_slope,
}
