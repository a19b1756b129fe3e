"""`tf.keras`: layers that build themselves, losses, activations and initialisers."""

from refimpl.tf._src.sequential import Sequential
from refimpl.tf._src.variable import Variable
from refimpl.tf.keras import (
    activations,
    initializers,
    layers,
    losses,
    optimizers,
    random,
    utils,
)
from refimpl.tf.keras.layers import Layer

__all__ = [
    "Layer",
    "Sequential",
    "Variable",
    "activations",
    "initializers",
    "layers",
    "losses",
    "optimizers",
    "random",
    "utils",
]
