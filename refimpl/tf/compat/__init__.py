"""`tf.compat`: what TensorFlow 2 kept of TensorFlow 1."""

from __future__ import annotations

from refimpl.tf.compat import v1

__all__ = ["v1"]
