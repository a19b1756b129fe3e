"""`keras.layers`: constructed with hyper-parameters, then called."""

from __future__ import annotations

from refimpl.tf.keras.layers.activation import ELU, LeakyReLU, PReLU, ReLU, Softmax
from refimpl.tf.keras.layers.convolution import Conv1D, Conv2D, Conv3D, DepthwiseConv2D
from refimpl.tf.keras.layers.core import Activation, Dense, Flatten
from refimpl.tf.keras.layers.dropout import (
    Dropout,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from refimpl.tf.keras.layers.layer import Layer
from refimpl.tf.keras.layers.normalization import BatchNormalization, GroupNormalization
from refimpl.tf.keras.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)

__all__ = [
    "ELU",
    "Activation",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GroupNormalization",
    "Layer",
    "LeakyReLU",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "PReLU",
    "ReLU",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]
