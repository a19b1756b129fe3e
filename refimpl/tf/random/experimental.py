"""`tf.random.experimental`: TensorFlow keeps `split` and `fold_in` here by longer names."""

from __future__ import annotations

from refimpl.tf.random.generator import Generator
from refimpl.tf.random.stateless import fold_in as stateless_fold_in
from refimpl.tf.random.stateless import split as stateless_split
from refimpl.tf.random.stateless import stateless_shuffle

__all__ = ["Generator", "stateless_fold_in", "stateless_shuffle", "stateless_split"]
