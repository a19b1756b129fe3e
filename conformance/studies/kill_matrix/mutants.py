"""Wrong implementations, each with one mistake: what the suite must catch, as data."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from conformance.layers.mutant_tables import (
    activations,
    dropout,
    dtypes,
    geometry,
    gradients,
    linear,
    losses,
    numerics,
    parameters,
    pooling,
    purity,
    statistics,
)
from conformance.programs import mutants as programs
from conformance.spec.mutant import Mutant, Spoiled

# What kind of mistake -> the mistakes.
FAMILIES: Mapping[str, tuple[Mutant, ...]] = {
    "geometry": geometry.MUTANTS,
    "pooling": pooling.MUTANTS,
    "linear": linear.MUTANTS,
    "statistics": statistics.MUTANTS,
    "gradients": gradients.MUTANTS,
    "losses": losses.MUTANTS,
    "dropout": dropout.MUTANTS,
    "activations": activations.MUTANTS,
    "parameters": parameters.MUTANTS,
    "dtypes": dtypes.MUTANTS,
    "purity": purity.MUTANTS,
    "numerics": numerics.MUTANTS,
    "programs": programs.MUTANTS,
}
MUTANTS: tuple[Mutant, ...] = tuple(itertools.chain.from_iterable(FAMILIES.values()))

__all__ = ["FAMILIES", "MUTANTS", "Mutant", "Spoiled"]
