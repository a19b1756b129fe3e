"""`tf.compat.v1`."""

from __future__ import annotations

from refimpl.tf.compat.v1 import nn

__all__ = ["nn"]
