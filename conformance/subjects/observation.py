"""Reads what a subject answered in the case's own terms: layouts, names, masks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Call
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.spec.request import Observation

Array = npt.NDArray[Any]


def to_neutral_layout(observation: Observation, call: Call) -> Observation:
    """Bring an observation back from the dialect's layout and names.

    Parameters
    ----------
    observation : Observation
        As the subject gave it.
    call : Call
        What it was asked.

    Returns
    -------
    Observation
        Outputs in order; gradients, state and inputs by neutral names.
    """
    slots = {slot.name: slot for slot in call.slots}

    def back(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {
            slots[name].array if name in slots else name: slots[name].move.back(array)
            if name in slots
            else array
            for name, array in arrays.items()
        }

    outputs = tuple(
        result.move.back(output)
        for result, output in zip(call.results, observation.outputs, strict=True)
    )
    return Observation(
        outputs,
        back(observation.gradients),
        back(observation.state),
        back(observation.inputs),
        observation.owned,
        observation.same_object,
        observation.lacking,
    )


def mask_seed(case: Case | Program) -> int:
    """The seed under which the masks of a case or program are drawn.

    Parameters
    ----------
    case : Case or Program
        What draws.

    Returns
    -------
    int
    """
    digest = hashlib.sha256(f"{case.seed}/{case.id}".encode()).digest()
    return int.from_bytes(digest[:4], "little") >> 1


def observed_mask(case: Case, output: Array) -> Array:
    """The mask of a dropout, read off its output.

    Parameters
    ----------
    case : Case
        A dropout; no element of its input is zero.
    output : ndarray
        What it returned.

    Returns
    -------
    ndarray of bool
        In the noise's shape: true where any element survived, so that a channel which lost
        only some of its elements is found wrong.
    """
    survived = output != 0
    noise = case.config["noise_shape"]
    if noise is None:
        return np.asarray(survived)
    axes = tuple(axis for axis, size in enumerate(noise) if size == 1)
    return np.asarray(survived.any(axis=axes, keepdims=True))
