"""Random numbers with the bits of torch's CPU generator: the same seed gives the same numbers.

`engine` makes words, `floats` turns words into uniform numbers, `fma` computes as torch's kernels
do, and `uniform`, `normal`, `bernoulli`, `integers` and `permutation` draw from a
`Generator`. `refimpl.torch._src.kernels` says which kernels of torch these are models of. Every
function also takes a `numpy.random.Generator`, and then draws NumPy's numbers.
"""

from __future__ import annotations

from refimpl.torch._src.random.bernoulli import bernoulli_
from refimpl.torch._src.random.draws import draw_keep, draw_normal, draw_uniform
from refimpl.torch._src.random.generator import Source
from refimpl.torch._src.random.integers import random_
from refimpl.torch._src.random.normal import normal_
from refimpl.torch._src.random.order import empty_in_order
from refimpl.torch._src.random.permutation import permutation
from refimpl.torch._src.random.uniform import uniform_

__all__ = [
    "Source",
    "bernoulli_",
    "draw_keep",
    "draw_normal",
    "draw_uniform",
    "empty_in_order",
    "normal_",
    "permutation",
    "random_",
    "uniform_",
]
