"""`tf.random.experimental`: TensorFlow keeps `split` and `fold_in` here by longer names."""

from refimpl.tf._src.random.generator import Generator
from refimpl.tf._src.random.stateless import fold_in as stateless_fold_in
from refimpl.tf._src.random.stateless import split as stateless_split
from refimpl.tf._src.random.stateless import stateless_shuffle

__all__ = ["Generator", "stateless_fold_in", "stateless_shuffle", "stateless_split"]
