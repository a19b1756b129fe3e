"""The expected value spelled out, from the numbers in the file.

The terms come from the oracle's own derivatives, on plain numbers. How an output comes about, its
layer says; where it does not, the file says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conformance import oracle
from conformance.layers.arithmetic import write_sum
from conformance.layers.registry import LAYERS
from conformance.spec.case import Array
from conformance.spec.layer import Element
from conformance.tools.reproducer.failure import Failure
from refimpl.dtypes import is_float

Index = tuple[int, ...]
_Inputs = Mapping[str, Array]


def arithmetic(failure: Failure) -> str:
    """Spell out how the expected value comes about.

    Parameters
    ----------
    failure : Failure
        What is off.

    Returns
    -------
    str
        Lines.
    """
    index: Any = failure.finding.index
    if not isinstance(index, tuple):
        return "The expected shape follows from the arguments."
    case, call = failure.trial.case, failure.trial.call
    layer = LAYERS[case.layer]
    if layer.random:  # the oracle answers only when it has seen the mask
        return _masked(failure, index)
    arrays = {
        name: array.astype(np.float64) if is_float(array.dtype) else array
        for name, array in oracle.arrays_of(case).items()
    }
    lines: Sequence[str] = ()
    with np.errstate(all="ignore"):
        if failure.kind == "gradient":
            lines = _gradient(failure, arrays, index)
        elif failure.kind == "output" and failure.name == "output":
            answer = oracle.answer_of(case, call.conventions, arrays)
            config = {**case.config, **call.conventions}
            if layer.explain is not None:
                lines = layer.explain(Element(config, arrays, answer, index))
    if not lines:
        return "The expected value is the oracle's: float64, with a bound of every error."
    return "\n".join(lines)


def _masked(failure: Failure, index: Index) -> str:
    """A dropout, given its mask."""
    case, rate = failure.trial.case, failure.trial.case.config["rate"]
    if failure.kind == "output":
        what, value = "input", float(case.draw("input")[index])
    else:
        bar = oracle.cotangent_of(case, "output", case.shapes["input"])
        what, value = "cotangent", float(bar[index])
    if not failure.drawn:
        return f"Nothing is drawn at this rate, or in this mode: the {what} is {value!r}."
    scaled = f"{value!r} / (1 - {rate!r}) = {value / (1 - rate)!r}"
    return f"The {what} divided by 1 - rate, where it survives: {scaled}; 0 where it is dropped."


def _gradient(failure: Failure, arrays: _Inputs, index: Index) -> Sequence[str]:
    """The chain rule: cotangents times what each output changes by."""
    case = failure.trial.case
    answer = oracle.answer_of(case, failure.trial.call.conventions, arrays)
    cotangents = {
        name: np.asarray(oracle.cotangent_of(case, name, np.shape(output)), np.float64)
        for name, output in answer.outputs.items()
        if name in failure.session.answers.expected(failure.trial).cotangents
    }
    if sum(bar.size for bar in cotangents.values()) > 256:
        return ()
    terms = []
    for name, bar in cotangents.items():
        for place in np.ndindex(bar.shape):
            bars = {other: np.zeros_like(value) for other, value in cotangents.items()}
            bars[name][place] = 1.0
            slope = float(answer.vjp(bars)[failure.name][index])
            if slope or not np.isfinite(slope):
                terms.append((float(bar[place]), slope))
    told = "The gradient is the sum of cotangent * derivative of each output by this element:"
    return [told, write_sum(terms)]
