"""`tf.compat`."""

from refimpl.tf.compat import v1

__all__ = ["v1"]
