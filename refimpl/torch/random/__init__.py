"""Random numbers with the bits of torch's CPU generator: the same seed gives the same numbers.

`engine` makes words, `floats` turns words into uniform numbers, `transforms` and `fma` compute as
torch's kernels do, and `uniform`, `normal`, `bernoulli`, `integers` and `permutation` draw from a
`Generator`. `MODELS` says which kernels of torch these are models of. Every function also takes a
`numpy.random.Generator`, and then draws NumPy's numbers.
"""

from __future__ import annotations

from refimpl.torch.random.bernoulli import bernoulli_
from refimpl.torch.random.draws import draw_keep, draw_normal, draw_uniform
from refimpl.torch.random.generator import (
    Generator,
    Source,
    default_generator,
    initial_seed,
    manual_seed,
    seed,
)
from refimpl.torch.random.integers import random_
from refimpl.torch.random.models import CAPABILITIES, MODELS
from refimpl.torch.random.normal import normal_
from refimpl.torch.random.order import empty_in_order
from refimpl.torch.random.permutation import permutation
from refimpl.torch.random.state import get_rng_state, set_rng_state
from refimpl.torch.random.uniform import uniform_

__all__ = [
    "CAPABILITIES",
    "MODELS",
    "Generator",
    "Source",
    "bernoulli_",
    "default_generator",
    "draw_keep",
    "draw_normal",
    "draw_uniform",
    "empty_in_order",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "normal_",
    "permutation",
    "random_",
    "seed",
    "set_rng_state",
    "uniform_",
]
