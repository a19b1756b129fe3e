"""`tf.compat.v1.nn`: what TensorFlow 2 keeps only here."""

from refimpl.tf._src.nn.norm import fused_batch_norm

__all__ = ["fused_batch_norm"]
