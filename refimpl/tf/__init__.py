"""The TensorFlow dialect: `tf.nn`, `tf.linalg`, `tf.keras` and `tf.random` in NumPy."""

from __future__ import annotations

from refimpl.tf import compat, keras, linalg, math, nn, random
from refimpl.tf.linalg import matmul
from refimpl.tf.math import maximum

__all__ = ["compat", "keras", "linalg", "math", "matmul", "maximum", "nn", "random"]
