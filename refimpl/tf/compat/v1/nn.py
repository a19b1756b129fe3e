"""`tf.compat.v1.nn`: fused_batch_norm."""

from __future__ import annotations

from refimpl.tf.nn.normalization import fused_batch_norm

__all__ = ["fused_batch_norm"]
