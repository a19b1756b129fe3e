"""The activations that are measured, each as a case whose input is stored rather than drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.layers.activation.accuracy import MEASURED, MeasuredActivation
from conformance.spec.case import Case

Array = npt.NDArray[Any]

ACTIVATIONS: Mapping[str, MeasuredActivation] = {each.name: each for each in MEASURED}


@dataclass(frozen=True, eq=False)
class StoredCase(Case):
    """A case whose arrays are stored. Its cotangents are one.

    Attributes
    ----------
    arrays : mapping
        Each of `shapes`.
    """

    arrays: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))

    def draw(self, name: str, step: int = 0) -> Array:
        """Return one of the arrays; see `Case.draw`."""
        return self.arrays[name]

    def draw_like(self, name: str, shape: tuple[int, ...], regime: str, step: int = 0) -> Array:
        """Return ones; see `Case.draw_like`."""
        return np.ones(shape, self.dtype)


def case_of(activation: MeasuredActivation, values: Array) -> StoredCase:
    """Make the case that asks for some inputs.

    Parameters
    ----------
    activation : MeasuredActivation
        Of what.
    values : ndarray of float32, shape (n,)
        The inputs.

    Returns
    -------
    StoredCase
    """
    arrays = {"input": values.reshape(-1, 1)}  # a batch: some layers want one
    arrays |= {
        name: np.array(elements, np.float32) for name, elements in activation.parameters.items()
    }
    return StoredCase(
        layer=activation.layer,
        words=activation.words,
        config=activation.config,
        shapes={name: array.shape for name, array in arrays.items()},
        regime="all",
        dtype="float32",
        hunts="whatever is wrong with a single value",
        arrays=arrays,
    )


def activations_named(name: str) -> list[MeasuredActivation]:
    """Find activations.

    Parameters
    ----------
    name : str
        Of a layer, for all its kinds, or of one of them.

    Returns
    -------
    list of MeasuredActivation

    Raises
    ------
    ValueError
        If there is none.
    """
    found = [each for each in ACTIVATIONS.values() if name in (each.layer, each.name)]
    if not found:
        raise ValueError(f"must be one of {', '.join(ACTIVATIONS)}; got {name!r}")
    return found
