"""The TensorFlow dialect: `tf.nn`, `tf.linalg`, `tf.keras` and `tf.random` in NumPy."""

from __future__ import annotations

from refimpl.tf import compat, keras, linalg, nn, random
from refimpl.tf.linalg import matmul

__all__ = ["compat", "keras", "linalg", "matmul", "nn", "random"]
