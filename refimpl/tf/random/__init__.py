"""`tf.random`: the numbers that TensorFlow draws on a CPU, bit for bit, in NumPy alone.

`philox` makes random words of a key and a counter, `numbers` floats and integers of words,
`distributions` uniform and normal draws of those (with the logarithm, sine and cosine of `libm`),
`gammas` and `binomials` what is drawn by rejection (from blocks that `reserve` sets aside);
`stateless`, `stateful` and `generator` say which key and counter a call begins with. Normal draws
depend on the C library: `libm` says which is modelled. TensorFlow's pages of the module
`tf.random`.

What is not: Threefry, which TensorFlow's CPU kernels refuse too, and what XLA draws, for it makes
its floats of other bits of the words.
"""

from __future__ import annotations

from refimpl.tf.random import experimental
from refimpl.tf.random.binomials import stateless_binomial
from refimpl.tf.random.gammas import stateless_gamma
from refimpl.tf.random.generator import Generator
from refimpl.tf.random.stateful import (
    default_generator,
    normal,
    set_seed,
    shuffle,
    truncated_normal,
    uniform,
)
from refimpl.tf.random.stateless import (
    fold_in,
    split,
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "Generator",
    "default_generator",
    "experimental",
    "fold_in",
    "normal",
    "set_seed",
    "shuffle",
    "split",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]
