"""`tf.keras`: layers that build themselves, losses, activations and initialisers."""

from __future__ import annotations

from refimpl.tf.keras import (
    activations,
    initializers,
    layers,
    losses,
    naming,
    optimizers,
    random,
    utils,
)
from refimpl.tf.keras.layers import Layer
from refimpl.tf.keras.sequential import Sequential
from refimpl.tf.keras.variable import Variable

__all__ = [
    "Layer",
    "Sequential",
    "Variable",
    "activations",
    "initializers",
    "layers",
    "losses",
    "naming",
    "optimizers",
    "random",
    "utils",
]
