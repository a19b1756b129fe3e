"""Random draws of each framework and of refimpl in its words: the same seed, the same numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.peers import Builder, Contestant
from benchmarks.workloads import Array, Workload

SEED = 2024
RATE = 0.3


def torch_draw(work: Workload, arrays: Mapping[str, Array], root: Any) -> Contestant:
    """PyTorch's words; each call begins with the seed, so that every call draws the same."""
    functional, count = root.nn.functional, arrays["input"].size
    ones = root.ones(count)
    draws: dict[str, Callable[[], Any]] = {
        "torch_uniform": lambda: root.rand(count),
        "torch_normal": lambda: root.randn(count),
        "torch_dropout": lambda: functional.dropout(ones, RATE),
        "torch_permutation": lambda: root.randperm(count),
    }
    draw = draws[work.operation]

    def forward() -> Any:
        root.manual_seed(SEED)
        return draw()

    return Contestant(forward=forward)


def tf_draw(work: Workload, arrays: Mapping[str, Array], root: Any) -> Contestant:
    """TensorFlow's words; stateless, so that every call draws the same."""
    count, seed, ones = arrays["input"].size, (SEED, 7), arrays["input"]
    random, experimental = root.random, root.nn.experimental
    draws: dict[str, Callable[[], Any]] = {
        "tf_uniform": lambda: random.stateless_uniform((count,), seed),
        "tf_normal": lambda: random.stateless_normal((count,), seed),
        "tf_dropout": lambda: experimental.stateless_dropout(ones, RATE, seed),
    }
    return Contestant(forward=draws[work.operation])


def numpy_permutation(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    """NumPy's own shuffle, from its own generator: other numbers, but the same work."""
    generator = np.random.Generator(np.random.MT19937(SEED))
    count = arrays["input"].size
    return Contestant(forward=lambda: generator.permutation(count), is_limit=True)


def _of(build: Callable[[Workload, Mapping[str, Array], Any], Contestant], module: str) -> Builder:
    return lambda work, arrays: build(work, arrays, importlib.import_module(module))


TORCH_DRAWS = ("torch_uniform", "torch_normal", "torch_dropout", "torch_permutation")
TF_DRAWS = ("tf_uniform", "tf_normal", "tf_dropout")

REFIMPL: Mapping[str, Builder] = {
    **dict.fromkeys(TORCH_DRAWS, _of(torch_draw, "refimpl.torch")),
    **dict.fromkeys(TF_DRAWS, _of(tf_draw, "refimpl.tf")),
}
TORCH: Mapping[str, Builder] = dict.fromkeys(TORCH_DRAWS, _of(torch_draw, "torch"))
TENSORFLOW: Mapping[str, Builder] = dict.fromkeys(TF_DRAWS, _of(tf_draw, "tensorflow"))
LIMITS: Mapping[str, Builder] = {"torch_permutation": numpy_permutation}
