"""A case: a layer, a neutral configuration, and inputs drawn from the case's own name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from conformance.spec import regimes
from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]


# Compared by identity: a case is made once, and its mappings have no hash.
@dataclass(frozen=True, eq=False)
class Case:
    """What one implementation is asked to do, in no framework's words.

    Attributes
    ----------
    layer : str
        The neutral name of the layer, such as 'conv2d'.
    words : tuple of str
        What distinguishes the case from the layer's default, in words for its id.
    config : mapping
        The neutral configuration; every value is immutable.
    shapes : mapping of str to tuple of int
        The arrays, channels first: inputs, parameters, buffers.
    regime : str
        The data regime of the array `input`; see `conformance.spec.regimes`.
    dtype : str
        The float dtype's name.
    hunts : str
        Which mistakes the case is there to catch.
    draws : mapping of str to str
        The regime of each further array; 'normal' where none is named.
    batched : tuple of str
        The arrays whose first axis is the batch.
    nonzero : bool
        Whether no drawn float is zero: the mask of a dropout is read off its output, where a zero
        would look as if it were dropped.
    seed : int
        The seed of a whole run; 0 is the published matrix.
    """

    layer: str
    words: tuple[str, ...]
    config: Mapping[str, Any]
    shapes: Mapping[str, tuple[int, ...]]
    regime: str
    dtype: str
    hunts: str
    draws: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    batched: tuple[str, ...] = ("input",)
    nonzero: bool = False
    seed: int = 0

    @property
    def id(self) -> str:
        """The case's name, which reads as a sentence and keys its inputs."""
        return "-".join((self.layer, *self.words, self.regime, self.dtype))

    @property
    def inplace(self) -> bool:
        """Whether the layer is to write over its input."""
        return bool(self.config.get("inplace"))

    def leaves_open(self, option: str) -> bool:
        """Whether the case leaves an option to each dialect's own default.

        Parameters
        ----------
        option : str
            Its neutral name.

        Returns
        -------
        bool
        """
        return option not in self.config

    def draw(self, name: str, step: int = 0) -> Array:
        """Draw one of the case's arrays.

        Parameters
        ----------
        name : str
            An array of `shapes`.
        step : int
            Which of several successive inputs.

        Returns
        -------
        ndarray
            Float arrays in the case's dtype; class indices in int64.
        """
        regime = self.regime if name == "input" else self.draws.get(name, "normal")
        return self.draw_like(name, self.shapes[name], regime, step)

    def draw_like(self, name: str, shape: tuple[int, ...], regime: str, step: int = 0) -> Array:
        """Draw an array that is not among `shapes`, such as a cotangent.

        Parameters
        ----------
        name : str
            Keys the draw, with the case's id and seed.
        shape : tuple of int
            Its shape.
        regime : str
            Its data regime.
        step : int
            Which of several successive draws.

        Returns
        -------
        ndarray
        """
        key = f"{self.seed}/{self.id}/{name}/{step}"
        dtype = float_dtype(self.dtype)
        return regimes.draw(key, shape, regime, dtype, self.config, nonzero=self.nonzero)

    def restricted_to(self, arrays: frozenset[str]) -> Case:
        """The same case, and the same draws, with some of its arrays only; itself if that is all.

        Parameters
        ----------
        arrays : frozenset of str
            The arrays to keep.

        Returns
        -------
        Case
        """
        if arrays >= set(self.shapes):
            return self
        shapes = {name: shape for name, shape in self.shapes.items() if name in arrays}
        return replace(self, shapes=MappingProxyType(shapes))

    def with_empty_batch(self) -> Case:
        """The same case with no example in its batch.

        Returns
        -------
        Case
        """
        shapes = {
            name: (0, *shape[1:]) if name in self.batched else shape
            for name, shape in self.shapes.items()
        }
        return replace(self, words=(*self.words, "empty"), shapes=MappingProxyType(shapes))
