"""What a case's answers must be: refimpl's mathematics in float64, each number with its bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.layers.registry import LAYERS
from conformance.oracle.bounds import Bounded, Unit, exact
from conformance.spec.answer import Answer
from conformance.spec.case import Case
from refimpl.dtypes import is_float


@dataclass(frozen=True)
class Expected:
    """What a subject must answer.

    Attributes
    ----------
    outputs : mapping
        Output name -> bounded array, or an integer array that must be equal.
    cotangents : mapping
        Output name -> the seeded cotangent the gradients are taken with.
    gradients : mapping
        Array name -> bounded array.
    """

    outputs: Mapping[str, Any]
    cotangents: Mapping[str, Any]
    gradients: Mapping[str, Any]


def arrays_of(case: Case, step: int = 0) -> dict[str, Any]:
    """Draw all arrays of a case.

    Parameters
    ----------
    case : Case
        The case.
    step : int
        Which of several successive inputs; parameters stay the same.

    Returns
    -------
    dict
        Array name -> array.
    """
    return {name: case.draw(name, step if name == "input" else 0) for name in case.shapes}


def cotangent_of(case: Case, name: str, shape: tuple[int, ...]) -> Any:
    """Draw the cotangent of one output.

    Parameters
    ----------
    case : Case
        The case.
    name : str
        The output's name.
    shape : tuple of int
        The output's shape.

    Returns
    -------
    ndarray
    """
    regime = "exact" if case.regime == "exact" else "normal"
    return case.draw_like(f"cotangent of {name}", shape, regime)


def expected(
    case: Case,
    conventions: Mapping[str, Any],
    extra: Mapping[str, Any] | None = None,
    *,
    half_sums: bool = False,
) -> Expected:
    """Evaluate a case with its bounds.

    Parameters
    ----------
    case : Case
        The case.
    conventions : mapping
        What the dialect decides where the case leaves it open; added to the configuration.
    extra : mapping, optional
        Arrays that were observed rather than drawn, such as the mask of a dropout.
    half_sums : bool
        Bound an implementation that sums in the case's dtype, even if that is a half type.

    Returns
    -------
    Expected
    """
    unit = Unit.of(case.dtype)
    if half_sums:
        unit = unit.with_sums_in_dtype()
    arrays = {name: to_bounded(array, unit) for name, array in arrays_of(case).items()}
    arrays |= extra or {}
    answer = answer_of(case, conventions, arrays)
    cotangents = {
        name: cotangent_of(case, name, output.shape)
        for name, output in answer.outputs.items()
        if isinstance(output, Bounded)
    }
    bars = {name: to_bounded(cotangent, unit) for name, cotangent in cotangents.items()}
    return Expected(answer.outputs, cotangents, answer.vjp(bars))


def expected_state(case: Case, conventions: Mapping[str, Any], steps: int) -> Mapping[str, Any]:
    """The running statistics after some batches.

    Parameters
    ----------
    case : Case
        A norm that tracks statistics.
    conventions : mapping
        What the dialect decides.
    steps : int
        How many batches.

    Returns
    -------
    mapping
        `running_mean` and `running_var`, bounded.
    """
    advance = LAYERS[case.layer].advance
    assert advance is not None, case.layer
    unit = Unit.of(case.dtype)
    config = {**case.config, **conventions}
    drawn = arrays_of(case)
    state: Mapping[str, Any] = {
        name: to_bounded(drawn[name], unit) for name in ("running_mean", "running_var")
    }
    if case.config["training"]:
        for step in range(steps):
            batch = to_bounded(case.draw("input", step), unit)
            state = advance(config, state, batch, step)
    return state


def answer_of(case: Case, conventions: Mapping[str, Any], arrays: Mapping[str, Any]) -> Answer:
    """Evaluate a case on arrays of any kind.

    Parameters
    ----------
    case : Case
        The case.
    conventions : mapping
        What the dialect decides.
    arrays : mapping
        The arrays, bounded or plain.

    Returns
    -------
    Answer
    """
    return LAYERS[case.layer].evaluate({**case.config, **conventions}, arrays)


def to_bounded(array: Any, unit: Unit) -> Any:
    """Turn a float array into a bounded one without error; integers stay as they are.

    Parameters
    ----------
    array : ndarray
        An array as drawn.
    unit : Unit
        The dtype's roundoffs.

    Returns
    -------
    Bounded or ndarray
    """
    if not is_float(array.dtype):
        return array
    with np.errstate(invalid="ignore"):  # NumPy warns of a NaN in a half type
        return exact(array.astype(np.float64), unit)
