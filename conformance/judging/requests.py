"""Builds what a subject is asked from a trial: its arrays in the dialect's layout."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from conformance.checks.trial import Trial
from conformance.spec.case import Array
from conformance.spec.request import Memory, Request, laid_out


def build_request(
    trial: Trial,
    cotangents: Mapping[str, Array] | None,
    *,
    memory: Memory = "contiguous",
    steps: int = 1,
) -> Request:
    """Build the request of a trial.

    Parameters
    ----------
    trial : Trial
        Of a layer.
    cotangents : mapping or None
        Neutral name of a result -> its cotangent, in the neutral layout; None asks for no gradient.
    memory : {'contiguous', 'strided', 'channels_last'}
        How the input lies in memory.
    steps : int
        How many batches the instance is called with.

    Returns
    -------
    Request
    """
    case, call = trial.case, trial.call
    first = next(slot for slot in call.slots if slot.array == "input")
    bars: tuple[Array | None, ...] = ()
    if cotangents is not None:
        bars = tuple(
            np.array(result.move.to(cotangents[result.name]), order="C")
            if result.differentiated
            else None
            for result in call.results
        )
    further = tuple(first.move.to(case.draw("input", step)) for step in range(1, steps))
    arrays = _arrays(trial, memory)
    return Request(call, arrays, bars, further, case=case.id, form=trial.form)


def build_inspection(trial: Trial) -> Request:
    """Build the request to look at a newly constructed instance.

    Parameters
    ----------
    trial : Trial
        Of a class.

    Returns
    -------
    Request
    """
    arrays = _arrays(trial, "contiguous")
    return Request(trial.call, arrays, fresh=True, case=trial.case.id, form=trial.form)


def _arrays(trial: Trial, memory: Memory) -> Mapping[str, Array]:
    return {
        slot.name: laid_out(
            slot.move.to(trial.case.draw(slot.array)),
            memory if slot.array == "input" else "contiguous",
        )
        for slot in trial.call.slots
    }
