"""Exact values: the oracle's mathematics in float64, and other forms of it where those cancel.

A bound allows an implementation what its formula loses, `1 - tanh(x)^2` far out for instance, so
the oracle may lose it, too. In units of the last place nothing may be lost: there a slope is wanted
that is relatively accurate everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance import oracle
from conformance.spec.case import Case
from conformance.studies.accuracy.activations import ACTIVATIONS

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


def exact(case: Case, conventions: Config) -> tuple[Floats, Floats]:
    """Compute an activation's values and slopes.

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
    activation = ACTIVATIONS["-".join((case.layer, *case.words))]
    with np.errstate(all="ignore"):
        x = case.draw("input").astype(np.float64)
        value, slope = _of_oracle(case, conventions)
        finite = np.isfinite(x)
        if activation.conventions:
            _, better = _of_oracle(case, {**conventions, **activation.conventions})
            slope = np.where(finite, better, slope)
        if activation.value is not None:
            value = np.where(finite, activation.value(x), value)
        if activation.slope is not None:
            slope = np.where(finite, activation.slope(x), slope)
    return value, slope


def _of_oracle(case: Case, conventions: Config) -> tuple[Floats, Floats]:
    arrays = {name: case.draw(name).astype(np.float64) for name in case.shapes}
    answer = oracle.answer_of(case, conventions, arrays)
    output = answer.outputs["output"]
    return output, answer.vjp({"output": np.ones_like(output)})["input"]
