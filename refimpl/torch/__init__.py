"""The PyTorch dialect: torch's names, defaults and layouts, on NumPy arrays.

`import refimpl.torch as torch` takes the place of `import torch` in a program that uses the
layers: `torch.nn`, `torch.nn.functional`, `torch.manual_seed`, the dtypes, and the few
functions that make tensors, which here make NumPy arrays of torch's default dtypes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.dtypes import float_dtype
from refimpl.torch import nn, optim, random
from refimpl.torch.clamping import clamp
from refimpl.torch.creation import (
    arange,
    empty,
    from_numpy,
    full,
    ones,
    tensor,
    zeros,
)
from refimpl.torch.nn.functional._activation_in_place import celu_, relu_, selu_, sigmoid_, tanh_
from refimpl.torch.nn.functional._alpha_dropout import alpha_dropout_, feature_alpha_dropout_
from refimpl.torch.nn.functional._dropout import dropout_
from refimpl.torch.random import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from refimpl.torch.sampling import bernoulli, normal, rand, randint, randn, randperm

_FLOATS = {
    "bfloat16": "bfloat16",
    "double": "float64",
    "float": "float32",
    "float16": "float16",
    "float32": "float32",
    "float64": "float64",
    "half": "float16",
}
_OTHERS = {
    "bool": "bool",
    "int": "int32",
    "int16": "int16",
    "int32": "int32",
    "int64": "int64",
    "int8": "int8",
    "long": "int64",
    "short": "int16",
    "uint8": "uint8",
}

__all__ = [
    "Generator",
    "alpha_dropout_",
    "arange",
    "bernoulli",
    "celu_",
    "clamp",
    "default_generator",
    "dropout_",
    "empty",
    "feature_alpha_dropout_",
    "from_numpy",
    "full",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "nn",
    "normal",
    "ones",
    "optim",
    "rand",
    "randint",
    "randn",
    "random",
    "randperm",
    "relu_",
    "seed",
    "selu_",
    "set_rng_state",
    "sigmoid_",
    "tanh_",
    "tensor",
    "zeros",
]


def __getattr__(name: str) -> Any:
    # The dtypes are looked up when asked for, as bfloat16 needs an optional package.
    if name in _FLOATS:
        return float_dtype(_FLOATS[name])
    if name in _OTHERS:
        return np.dtype(_OTHERS[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_FLOATS, *_OTHERS])
