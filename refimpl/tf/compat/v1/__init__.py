"""`tf.compat.v1`."""

from refimpl.tf.compat.v1 import nn

__all__ = ["nn"]
