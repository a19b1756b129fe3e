"""A case whose arrays are stored, not drawn: what is left of one while it is made smaller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

import numpy as np

from conformance import oracle
from conformance.layers.registry import LAYERS
from conformance.spec.call import Call
from conformance.spec.case import Array, Case
from refimpl.dtypes import float_dtype

# An array's name, and which of several successive ones.
Key = tuple[str, int]
COTANGENT = "cotangent of "


@dataclass(frozen=True, eq=False)
class ConcreteCase(Case):
    """A case with its numbers.

    The oracle, the translations and the checks take it like any other case.

    Attributes
    ----------
    values : mapping
        Array and step -> its values; cotangents among them.
    """

    values: Mapping[Key, Array] = field(default_factory=lambda: MappingProxyType({}))

    def draw_like(self, name: str, shape: tuple[int, ...], regime: str, step: int = 0) -> Array:
        """Return the stored array; a cotangent is cut to the shape, or filled up with ones."""
        values = self.values.get((name, step), np.ones((1,) * len(shape)))
        if values.shape != shape:
            fitted = np.ones(shape)
            common = tuple(map(slice, map(min, shape, values.shape)))
            fitted[common] = values[common]
            values = fitted.astype(float_dtype(self.dtype))
        return values


def make_concrete(case: Case, call: Call, steps: int) -> ConcreteCase:
    """Draw a case's arrays and store them.

    Parameters
    ----------
    case : Case
        A case of a layer.
    call : Call
        Its form.
    steps : int
        How many batches may be asked for.

    Returns
    -------
    ConcreteCase
    """
    case = case.restricted_to(call.arrays)
    values = {(name, 0): case.draw(name) for name in case.shapes}
    values |= {("input", step): case.draw("input", step) for step in range(1, steps)}
    if LAYERS[case.layer].random:  # the oracle answers only when it has seen the mask
        shape = case.shapes["input"]
        cotangents = {"output": oracle.cotangent_of(case, "output", shape)}
    else:
        cotangents = dict(oracle.expected(case, call.conventions).cotangents)
    values |= {(COTANGENT + name, 0): array for name, array in cotangents.items()}
    known = {each.name: getattr(case, each.name) for each in fields(Case)}
    return ConcreteCase(**known, values=MappingProxyType(values))


def shapes_of(values: Mapping[Key, Array]) -> Mapping[str, Any]:
    """The shapes of a case's own arrays.

    Parameters
    ----------
    values : mapping
        Its values.

    Returns
    -------
    mapping
    """
    named = {name: array.shape for (name, step), array in values.items() if step == 0}
    return MappingProxyType({n: s for n, s in named.items() if not n.startswith(COTANGENT)})
