"""The activations that are measured, each as a case whose input is given rather than drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.layers.activation.cases import PARAMETERS
from conformance.spec.case import Case

Array = npt.NDArray[Any]

_WORDS: Mapping[str, tuple[str, ...]] = {"gelu": ("", "tanhform")}

# Where an activation bends or takes a short cut, its slope crosses zero, or it overflows.
_LANDMARKS: Mapping[str, tuple[float, ...]] = {
    "relu6": (6.0,),
    "selu": (float(np.finfo(np.float32).max) / 1.0507009873554805,),
    "gelu": (-0.7517915246935645,),
    "gelu-tanhform": (-0.7524614220710163,),
    "silu": (-1.2784645427610738,),
    "mish": (-1.1924312145154950,),
    "softplus": (-20.0, 20.0, -13.942385, 13.942385),
    "log_sigmoid": (-13.942385, 13.942385),
    "hardtanh": (-1.0, 1.0),
    "hardsigmoid": (-3.0, 3.0),
    "hardswish": (-3.0, -1.5, 3.0, float(np.finfo(np.float32).max) / 6.0),
}


@dataclass(frozen=True, eq=False)
class ActivationCase(Case):
    """A case whose arrays are given. Its cotangents are one.

    Attributes
    ----------
    arrays : mapping
        Each of `shapes`.
    """

    arrays: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))

    def draw(self, name: str, step: int = 0) -> Array:
        """Give one of the arrays; see `Case.draw`."""
        return self.arrays[name]

    def draw_like(self, name: str, shape: tuple[int, ...], regime: str, step: int = 0) -> Array:
        """Give ones; see `Case.draw_like`."""
        return np.ones(shape, self.dtype)


@dataclass(frozen=True)
class Activation:
    """One activation with its parameters at each dialect's defaults.

    Attributes
    ----------
    layer : str
        Its neutral name.
    words : tuple of str
        What tells it from its default.
    config : mapping
        Its neutral configuration.
    """

    layer: str
    words: tuple[str, ...]
    config: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its layer and words."""
        return "-".join((self.layer, *self.words))

    @property
    def landmarks(self) -> tuple[float, ...]:
        """Points that must not be missed."""
        return _LANDMARKS.get(self.name, ())

    def case(self, values: Array) -> ActivationCase:
        """Make the case that asks for these inputs.

        Parameters
        ----------
        values : ndarray of float32, shape (n,)
            The inputs.

        Returns
        -------
        ActivationCase
        """
        arrays = {"input": values.reshape(-1, 1)}  # a batch: some layers want one
        if self.layer == "prelu":
            arrays["weight"] = np.array([0.25], np.float32)
        return ActivationCase(
            layer=self.layer,
            words=self.words,
            config=self.config,
            shapes={name: array.shape for name, array in arrays.items()},
            regime="all",
            dtype="float32",
            hunts="whatever is wrong with a single value",
            arrays=arrays,
        )


def _list_activations() -> list[Activation]:
    found = [
        Activation(layer, (word,) if word else (), {**PARAMETERS[layer][word], "inplace": False})
        for layer in PARAMETERS
        for word in _WORDS.get(layer, ("",))
    ]
    return [*found, Activation("prelu", (), {"num_parameters": 1})]


ACTIVATIONS: Mapping[str, Activation] = {each.name: each for each in _list_activations()}


def find_activations(name: str) -> list[Activation]:
    """Find activations.

    Parameters
    ----------
    name : str
        Of a layer, for all its kinds, or of one of them.

    Returns
    -------
    list of Activation

    Raises
    ------
    ValueError
        If there is none.
    """
    found = [each for each in ACTIVATIONS.values() if name in (each.layer, each.name)]
    if not found:
        raise ValueError(f"must be one of {', '.join(ACTIVATIONS)}; got {name!r}")
    return found
