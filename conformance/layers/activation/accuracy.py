"""Activations as the accuracy study measures them, and values and slopes that do not cancel.

A bound allows an implementation what its formula loses, so the oracle may lose it, too. In units of
the last place nothing may be lost: where the oracle's own form cancels, another one is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import pi, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.layers.activation.oracle import ELEMENTWISE, PRELU

Floats = npt.NDArray[np.float64]

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class MeasuredActivation:
    """One activation with its parameters at each dialect's defaults.

    Attributes
    ----------
    layer : str
        Its neutral name.
    words : tuple of str
        What distinguishes it from its default.
    config : mapping
        Its neutral configuration.
    parameters : mapping
        Array -> its elements, for arrays other than the input.
    landmarks : tuple of float
        Points that must not be missed: where it bends or takes a short cut, its slope crosses zero,
        or it overflows.
    conventions : mapping
        What the op is to be told so that its slope does not cancel.
    value, slope : callable, optional
        A form that does not cancel, for finite inputs, where the oracle's own does.
    """

    layer: str
    words: tuple[str, ...] = ()
    config: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, tuple[float, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    landmarks: tuple[float, ...] = ()
    conventions: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    value: Callable[[Floats], Floats] | None = None
    slope: Callable[[Floats], Floats] | None = None

    @property
    def name(self) -> str:
        """Its layer and words."""
        return "-".join((self.layer, *self.words))


def _bell(x: Floats) -> Floats:
    """Slope of the logistic function: neither factor cancels."""
    e = np.exp(-np.abs(x))
    return e / np.square(1.0 + e)


def _tanh_gate(x: Floats) -> tuple[Floats, Floats]:
    """Give the gate of the tanh form of GELU, `(1 + tanh(z)) / 2`, and its slope.

    It is the logistic function of 2z, and written so it does not cancel.
    """
    near = np.clip(x, -100.0, 100.0)  # beyond, the gate is exactly 0 or 1
    double = 2.0 * sqrt(2.0 / pi) * (near + 0.044715 * near**3)
    inner = 2.0 * sqrt(2.0 / pi) * (1.0 + 3.0 * 0.044715 * near * near)
    e = np.exp(-np.abs(double))
    return np.where(double < 0.0, e, 1.0) / (1.0 + e), _bell(double) * inner


def _tanh_gelu(x: Floats) -> Floats:
    gate, slope = _tanh_gate(x)
    return gate + np.clip(x, -100.0, 100.0) * slope


def _hardswish(x: Floats) -> Floats:
    """Straight line (2x + 3)/6, whose zero is at a number of float32."""
    return np.where(x <= -3.0, 0.0, np.where(x >= 3.0, 1.0, (2.0 * x + 3.0) / 6.0))


def _tanh_slope(x: Floats) -> Floats:
    return 4.0 * _bell(2.0 * x)


def _tanh_gelu_value(x: Floats) -> Floats:
    return x * _tanh_gate(x)[0]


_FROM_INPUT = {"slope_from": "input"}

# Of the elementwise layers, what is more than the name.
_KNOWN: Mapping[str, Mapping[str, Any]] = {
    "relu6": {"landmarks": (6.0,)},
    "elu": {"conventions": _FROM_INPUT},
    "selu": {"landmarks": (_LARGEST / 1.0507009873554805,), "conventions": _FROM_INPUT},
    "celu": {"conventions": _FROM_INPUT},
    "gelu": {"landmarks": (-0.7517915246935645,)},
    "silu": {"landmarks": (-1.2784645427610738,)},
    "mish": {"landmarks": (-1.1924312145154950,)},
    "sigmoid": {"slope": _bell},
    "tanh": {"slope": _tanh_slope},
    "softplus": {"landmarks": (-20.0, 20.0, -13.942385, 13.942385)},
    "log_sigmoid": {"landmarks": (-13.942385, 13.942385)},
    "softsign": {"conventions": {"slope_from": "square"}},
    "hardtanh": {"landmarks": (-1.0, 1.0)},
    "hardsigmoid": {"landmarks": (-3.0, 3.0)},
    "hardswish": {"landmarks": (-3.0, -1.5, 3.0, _LARGEST / 6.0), "slope": _hardswish},
}
# Kinds of a layer that are measured beside its default.
_FURTHER: Mapping[str, tuple[MeasuredActivation, ...]] = {
    "gelu": (
        MeasuredActivation(
            "gelu",
            ("tanhform",),
            {"approximate": "tanh", "inplace": False},
            landmarks=(-0.7524614220710163,),
            value=_tanh_gelu_value,
            slope=_tanh_gelu,
        ),
    ),
}


def _kinds(layer: str) -> tuple[MeasuredActivation, ...]:
    default = MeasuredActivation(layer, config={"inplace": False}, **_KNOWN.get(layer, {}))
    return default, *_FURTHER.get(layer, ())


MEASURED: tuple[MeasuredActivation, ...] = (
    *(kind for layer in ELEMENTWISE for kind in _kinds(layer.name)),
    MeasuredActivation(PRELU.name, (), {"num_parameters": 1}, {"weight": (0.25,)}),
)
