"""Draws in PyTorch's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.programs.seeded.draw import RATES, SIZES, Draw, Program
from conformance.programs.seeded.rounding import orthogonal
from refimpl.ops.random import cephes


def _seed_then(draw: Callable[[Any], list[Any]]) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        root.manual_seed(seed)
        return draw(root)

    return program


def _torch(name: str, hunts: str, draw: Callable[[Any], list[Any]]) -> Draw:
    return Draw(name, "torch", _seed_then(draw), hunts)


def _sizes(draw: Callable[[Any, int], Any]) -> Callable[[Any], list[Any]]:
    return lambda root: [draw(root, size) for size in SIZES]


def _both(make: Callable[[Any, Any], Any]) -> Callable[[Any], list[Any]]:
    def draw(root: Any) -> list[Any]:
        made = [make(root.nn, kind) for kind in _kinds(root)]
        return [parameter.data for module in made for parameter in module.parameters()]

    return draw


def _initialise(initialiser: str, **options: Any) -> Callable[[Any], list[Any]]:
    function = initialiser.partition("-")[0]

    def draw(root: Any) -> list[Any]:
        shapes = [(6, 4)] if function == "sparse_" else [(6, 4), (5, 3, 3, 2)]
        tensors = [root.zeros(*shape, dtype=kind) for shape in shapes for kind in _kinds(root)]
        for tensor in tensors:
            getattr(root.nn.init, function)(tensor, **options)
        return tensors

    return draw


def _drop(module: str, *shapes: tuple[int, ...]) -> Callable[[Any], list[Any]]:
    def draw(root: Any) -> list[Any]:
        inputs = [root.ones(*shape) for shape in shapes]
        inputs.append(_channels_last(root.ones(*_store(shapes[-1]))))
        return [getattr(root.nn, module)(rate)(each) for each in inputs for rate in RATES]

    return draw


def _store(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[0], *shape[2:], shape[1])


def _channels_last(tensor: Any) -> Any:
    """Move the last axis to the second place, in words that arrays and tensors share."""
    for axis in range(len(tensor.shape) - 1, 1, -1):
        tensor = tensor.swapaxes(axis, axis - 1)
    return tensor


def _not_contiguous(root: Any) -> list[Any]:
    tensors = [
        root.zeros(7, 9).T,
        root.zeros(40)[::3],
        root.zeros(6, 8)[:, 1::2],
        _channels_last(root.zeros(2, 4, 5, 3)),
        _channels_last(root.zeros(2, 4, 5, 3, dtype=root.float64)),
    ]
    for tensor in tensors:
        root.nn.init.uniform_(tensor, -2.0, 3.0)
    uniform = [tensor + 0 for tensor in tensors]
    for tensor in tensors:
        root.nn.init.normal_(tensor, 1.0, 2.0)
    return [*uniform, *tensors]


_MATRICES = ((6, 4), (3, 7), (5, 3, 3, 2))  # tall, wide, and with more axes than two


def _orthogonal(root: Any) -> list[Any]:
    tensors = [root.zeros(*shape, dtype=kind) for shape in _MATRICES for kind in _kinds(root)]
    for tensor in tensors:
        root.nn.init.orthogonal_(tensor)
    return tensors


def _orthogonal_bounds(root: Any) -> list[Any]:
    flat = [(shape[0], math.prod(shape[1:])) for shape in _MATRICES]
    drawn = [root.randn(*shape, dtype=kind) for shape in flat for kind in _kinds(root)]
    return [np.asarray(orthogonal(matrix)) for matrix in drawn]


def _kinds(root: Any) -> tuple[Any, Any]:
    return root.float32, root.float64


def _rand(root: Any) -> list[Any]:
    return [root.rand(1024)]


def _spread(root: Any) -> list[Any]:
    tensor = root.zeros(1024)
    root.nn.init.uniform_(tensor, -2.0, 3.1)
    return [tensor]


def _spread_in_two_roundings(root: Any) -> list[Any]:
    low, high = np.float32(-2.0), np.float32(3.1)
    return [root.rand(1024) * (high - low) + low]


def _randn(root: Any) -> list[Any]:
    return [root.randn(1024)]


def near_normal(log: Callable[[Any], Any] = np.log) -> Program:
    """Draw as refimpl's `randn` does, but for the logarithm.

    Parameters
    ----------
    log : callable
        The logarithm.

    Returns
    -------
    callable
        For refimpl alone: a negative control.
    """

    def draw(root: Any) -> list[Any]:
        uniform = root.rand(1024).reshape(-1, 2, 8)
        radius = np.sqrt(np.float32(-2) * log(np.float32(1) - uniform[:, 0]))
        angle = np.float32(2 * np.pi) * uniform[:, 1]
        sine, cosine = cephes.sin_cos_float32(angle)
        return [np.stack([radius * cosine, radius * sine], axis=1).reshape(-1)]

    return _seed_then(draw)


_ENGINE = "another engine, or words taken in another order"
_LAYERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "linear": lambda nn, kind: nn.Linear(7, 5, dtype=kind),
    "linear-nobias": lambda nn, kind: nn.Linear(3, 4, bias=False, dtype=kind),
    "conv1d": lambda nn, kind: nn.Conv1d(4, 6, 3, dtype=kind),
    "conv2d": lambda nn, kind: nn.Conv2d(3, 8, (3, 2), dtype=kind),
    "conv3d": lambda nn, kind: nn.Conv3d(2, 4, 2, dtype=kind),
    "conv2d-grouped": lambda nn, kind: nn.Conv2d(4, 8, 3, groups=2, bias=False, dtype=kind),
    "batch-norm1d": lambda nn, kind: nn.BatchNorm1d(6, dtype=kind),
    "batch-norm2d": lambda nn, kind: nn.BatchNorm2d(6, dtype=kind),
    "batch-norm3d": lambda nn, kind: nn.BatchNorm3d(6, dtype=kind),
    "instance-norm1d": lambda nn, kind: nn.InstanceNorm1d(5, affine=True, dtype=kind),
    "instance-norm2d": lambda nn, kind: nn.InstanceNorm2d(5, affine=True, dtype=kind),
    "instance-norm3d": lambda nn, kind: nn.InstanceNorm3d(5, affine=True, dtype=kind),
    "layer-norm": lambda nn, kind: nn.LayerNorm((3, 4), dtype=kind),
    "group-norm": lambda nn, kind: nn.GroupNorm(2, 6, dtype=kind),
    "rms-norm": lambda nn, kind: nn.RMSNorm(5, dtype=kind),
    "prelu": lambda nn, kind: nn.PReLU(3, dtype=kind),
    "sequential": lambda nn, kind: nn.Sequential(
        nn.Conv2d(1, 4, 3, dtype=kind), nn.ReLU(), nn.Linear(4, 2, dtype=kind)
    ),
}

_INITIALISERS: Mapping[str, Mapping[str, Any]] = {
    "uniform_": {"a": -2.0, "b": 3.0},
    "normal_": {"mean": 1.0, "std": 2.0},
    "xavier_uniform_": {},
    "xavier_normal_": {"gain": 2.0},
    "kaiming_uniform_": {"a": 5.0**0.5},
    "kaiming_normal_": {"mode": "fan_out"},
    "trunc_normal_": {},
    "trunc_normal_-far": {"mean": 2.0, "std": 0.5, "a": 0.0, "b": 1.0},
    "sparse_": {"sparsity": 0.3},
}

_MASKS: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "Dropout": ((5,), (3, 7, 5)),
    "Dropout1d": ((7, 5), (3, 7, 5)),
    "Dropout2d": ((3, 7, 5, 2),),
    "Dropout3d": ((3, 7, 2, 2, 2),),
    "AlphaDropout": ((5,), (3, 7, 5)),
    "FeatureAlphaDropout": ((3, 7, 5, 2),),
}

# What is drawn, and the same with one small thing wrong.
_CONTROLS: Mapping[str, tuple[Program, Program]] = {
    "another-seed": (_seed_then(_rand), lambda root, seed: _seed_then(_rand)(root, seed + 1)),
    "two-roundings": (_seed_then(_spread), _seed_then(_spread_in_two_roundings)),
    "numpys-log": (_seed_then(_randn), near_normal()),
}

TORCH: tuple[Draw, ...] = (
    _torch("rand", _ENGINE, _sizes(lambda root, n: root.rand(n))),
    _torch("rand-float64", _ENGINE, _sizes(lambda root, n: root.rand(n, dtype=root.float64))),
    _torch("randn", "NumPy's own log; no fused multiply-add", _sizes(lambda r, n: r.randn(n))),
    _torch(
        "randn-float64",
        "the cached second normal",
        _sizes(lambda root, n: root.randn(n, dtype=root.float64)),
    ),
    _torch(
        "normal",
        "mean and deviation applied in two roundings",
        _sizes(lambda root, n: root.normal(-1.5, 0.3, (n,))),
    ),
    _torch(
        "randint",
        "a range beyond 28 bits",
        lambda r: [r.randint(0, 10, (100,)), r.randint(-5, 2**40, (50,))],
    ),
    _torch("randperm", "a shuffle from the other end", _sizes(lambda root, n: root.randperm(n))),
    _torch(
        "bernoulli",
        "one word where two are taken",
        lambda root: [root.bernoulli(root.full((n,), p)) for n in SIZES for p in RATES],
    ),
    _torch("not-contiguous", "draws that follow the axes, not the memory", _not_contiguous),
    *(
        _torch(f"parameters-{name}", "the order of draws, a bound rounded elsewhere", _both(make))
        for name, make in _LAYERS.items()
    ),
    *(
        _torch(
            "init-" + name.replace("_", ""),
            "a gain or a fan that is wrong",
            _initialise(name, **options),
        )
        for name, options in _INITIALISERS.items()
    ),
    *(
        _torch(name.lower(), "masks drawn for p = 0, or for each element", _drop(name, *shapes))
        for name, shapes in _MASKS.items()
    ),
    _torch("orthogonal", "a decomposition of its own rounding", _orthogonal),
    Draw(
        "orthogonal-rounded",
        "torch",
        _seed_then(_orthogonal),
        "a sign, a transpose, or draws in another order",
        bound=_seed_then(_orthogonal_bounds),
    ),
    *(
        Draw(f"control-{name}", "torch", right, f"blindness to {name}", wrong)
        for name, (right, wrong) in _CONTROLS.items()
    ),
)
