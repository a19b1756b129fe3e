"""The tables of cases, one file for each family of layers. No framework is imported here."""

from __future__ import annotations

import functools

from conformance.layers.registry import layer_cases
from conformance.programs import bad_calls as errors
from conformance.programs import chapter, seeded, trajectory
from conformance.spec.case import Case


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every table, in the tables' order.

    Returns
    -------
    tuple of Case
    """
    return (
        *layer_cases(),
        *chapter.cases(),
        *seeded.cases(),
        *trajectory.cases(),
        *errors.cases(),
    )
