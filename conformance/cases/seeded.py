"""Draws that must be the framework's own, bit for bit, given a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from conformance.case import Case

# Each draw is repeated for so many seeds.
SEEDS = 100
# Shapes on both sides of every branch: below, at and above the vectors of 16, and large.
SIZES = (1, 15, 16, 17, 1000)
RATES = (0.0, 0.3, 0.5, 1.0)

Program = Callable[[Any, int], list[Any]]


@dataclass(frozen=True)
class Draw:
    """A short program whose arrays depend on a seed alone.

    Attributes
    ----------
    name : str
        A word or two for the id.
    dialect : str
        Whose words it is written in.
    program : callable
        (Root, seed) -> arrays in the root's own type.
    hunts : str
        What it is there to catch.
    """

    name: str
    dialect: str
    program: Program = field(repr=False)  # an address says nothing, and is another each time
    hunts: str


def _torch(name: str, hunts: str, draw: Callable[[Any], list[Any]]) -> Draw:
    def program(root: Any, seed: int) -> list[Any]:
        root.manual_seed(seed)
        return draw(root)

    return Draw(name, "torch", program, hunts)


def _sizes(draw: Callable[[Any, int], Any]) -> Callable[[Any], list[Any]]:
    return lambda root: [draw(root, size) for size in SIZES]


def _parameters(make: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    return lambda root: [parameter.data for parameter in make(root.nn).parameters()]


def _initialised(initialiser: str, **options: Any) -> Callable[[Any], list[Any]]:
    def draw(root: Any) -> list[Any]:
        tensors = [root.zeros(6, 4), root.zeros(5, 3, 3, 2)]
        for tensor in tensors:
            getattr(root.nn.init, initialiser)(tensor, **options)
        return tensors

    return draw


def _dropped(module: str, shape: tuple[int, ...]) -> Callable[[Any], list[Any]]:
    def draw(root: Any) -> list[Any]:
        return [getattr(root.nn, module)(rate)(root.ones(*shape)) for rate in RATES]

    return draw


_ENGINE = "another engine, or words taken in another order"
_LAYERS: Mapping[str, Callable[[Any], Any]] = {
    "linear": lambda nn: nn.Linear(7, 5),
    "conv1d": lambda nn: nn.Conv1d(4, 6, 3),
    "conv2d": lambda nn: nn.Conv2d(3, 8, (3, 2)),
    "conv3d": lambda nn: nn.Conv3d(2, 4, 2),
    "conv2d-grouped": lambda nn: nn.Conv2d(4, 8, 3, groups=2, bias=False),
    "batch-norm": lambda nn: nn.BatchNorm2d(6),
    "prelu": lambda nn: nn.PReLU(3),
    "sequential": lambda nn: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Linear(4, 2)),
}

_INITIALISERS: Mapping[str, Mapping[str, Any]] = {
    "uniform_": {"a": -2.0, "b": 3.0},
    "normal_": {"mean": 1.0, "std": 2.0},
    "xavier_uniform_": {},
    "xavier_normal_": {"gain": 2.0},
    "kaiming_uniform_": {},
    "kaiming_normal_": {"mode": "fan_out"},
    "trunc_normal_": {},
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
        "randint",
        "a range beyond 28 bits",
        lambda r: [r.randint(0, 10, (100,)), r.randint(-5, 2**40, (50,))],
    ),
    _torch("randperm", "a shuffle from the other end", _sizes(lambda root, n: root.randperm(n))),
    _torch(
        "bernoulli",
        "one word where two are taken",
        lambda root: [root.bernoulli(root.full((n,), 0.3)) for n in SIZES],
    ),
    *(
        _torch(
            f"parameters-{name}", "the order of draws, a bound rounded elsewhere", _parameters(m)
        )
        for name, m in _LAYERS.items()
    ),
    *(
        _torch(name.strip("_"), "a gain or a fan that is wrong", _initialised(name, **options))
        for name, options in _INITIALISERS.items()
    ),
    _torch("dropout", "masks drawn for p = 0", _dropped("Dropout", (3, 7, 5))),
    _torch("dropout2d", "a draw for each element", _dropped("Dropout2d", (3, 7, 5, 2))),
)


def _tf(name: str, hunts: str, program: Program) -> Draw:
    return Draw(name, "tf", program, hunts)


def _stateless(function: str, **options: Any) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        draw = getattr(root.random, f"stateless_{function}")
        return [draw((size,), seed=(seed, 7), **options) for size in SIZES]

    return program


def _generator(function: str) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        generator = root.random.Generator.from_seed(seed)
        return [getattr(generator, function)((size,)) for size in SIZES]

    return program


def _stateful(function: str) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        root.random.set_seed(seed)
        draw = getattr(root.random, function)
        return [draw((size,)) for size in SIZES] + [draw((5,), seed=3), draw((5,), seed=3)]

    return program


def _keras_initialiser(name: str) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        make = getattr(root.keras.initializers, name)
        return [make(seed=seed)(shape) for shape in ((6, 4), (3, 3, 2, 5))]

    return program


def _keras_layer(make: Callable[[Any], Any], shape: tuple[int, ...]) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        root.keras.utils.set_random_seed(seed)
        layer = make(root.keras.layers)
        layer.build(shape)
        return [variable.value for variable in layer.weights]

    return program


_OTHER = "another counter, key or order of words"
TF: tuple[Draw, ...] = (
    _tf("stateless-uniform", _OTHER, _stateless("uniform")),
    _tf("stateless-uniform-float64", _OTHER, _stateless("uniform", dtype="float64")),
    _tf("stateless-normal", "NumPy's own log, sine or cosine", _stateless("normal")),
    _tf("stateless-truncated-normal", "draws thrown away in order", _stateless("truncated_normal")),
    _tf("generator-uniform", "a seed that is scrambled", _generator("uniform")),
    _tf("generator-normal", "a counter that advances by words", _generator("normal")),
    _tf("uniform", "the hidden state of repeated calls", _stateful("uniform")),
    _tf("normal", "the hidden state of repeated calls", _stateful("normal")),
    *(
        _tf(name, "a scale or a fan that is wrong", _keras_initialiser(name))
        for name in (
            "GlorotUniform",
            "GlorotNormal",
            "HeUniform",
            "HeNormal",
            "LecunUniform",
            "LecunNormal",
            "RandomNormal",
            "RandomUniform",
            "TruncatedNormal",
        )
    ),
    _tf("dense", "seeds drawn in another order", _keras_layer(lambda la: la.Dense(5), (2, 7))),
    _tf(
        "conv2d",
        "seeds drawn in another order",
        _keras_layer(lambda layers: layers.Conv2D(4, 3), (2, 6, 6, 3)),
    ),
)


def cases() -> tuple[Case, ...]:
    """The draws as cases.

    Returns
    -------
    tuple of Case
    """
    return tuple(
        Case(
            layer="seeded",
            words=(draw.dialect, draw.name),
            config=MappingProxyType({"draw": draw}),
            shapes=MappingProxyType({}),
            regime="normal",
            dtype="float32",
            hunts=draw.hunts,
        )
        for draw in (*TORCH, *TF)
    )
