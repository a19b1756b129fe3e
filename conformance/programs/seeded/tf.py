"""Draws in TensorFlow's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.programs.seeded.draw import FEW_SEEDS, RATES, SIZES, Draw, Program
from conformance.programs.seeded.rounding import orthogonal
from refimpl.ops.random import glibc


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


def _stateful(root: Any, seed: int) -> list[Any]:
    root.random.set_seed(seed)
    draws = [getattr(root.random, name) for name in ("uniform", "normal", "truncated_normal")]
    drawn = [draw((size,)) for draw in draws for size in SIZES]
    return drawn + [draw((5,), seed=3) for draw in draws for _ in range(2)]


def _integers(root: Any, seed: int) -> list[Any]:
    stateless = root.random.stateless_uniform
    generator = root.random.Generator.from_seed(seed)
    return [
        stateless((17,), seed=(seed, 7), minval=-3, maxval=11, dtype="int32"),
        stateless((17,), seed=(seed, 7), minval=0, maxval=2**40, dtype="int64"),
        generator.uniform((17,), minval=-3, maxval=11, dtype="int32"),
        generator.uniform_full_int((5,), dtype="uint64"),
        generator.make_seeds(3),
        generator.uniform((3,)),
    ]


def _shuffle(root: Any, seed: int) -> list[Any]:
    root.random.set_seed(seed)
    values = np.arange(40, dtype=np.int32)
    return [root.random.shuffle(values), root.random.shuffle(values, seed=5)]


def _dropout_functions(root: Any, seed: int) -> list[Any]:
    ones = np.ones((6, 5, 4), np.float32)
    root.random.set_seed(seed)
    drawn = [root.nn.dropout(ones, rate) for rate in RATES if rate < 1]
    drawn += [root.nn.dropout(ones, 0.3, noise_shape=(6, 1, 4), seed=9)]
    stateless = root.nn.experimental.stateless_dropout
    return drawn + [stateless(ones, rate, seed=(seed, 3)) for rate in RATES if rate < 1]


def _keras_random(root: Any, seed: int) -> list[Any]:
    random = root.keras.random
    generator = random.SeedGenerator(seed)
    return [
        random.uniform((17,), minval=-1.0, maxval=2.0, seed=seed),
        random.normal((17,), mean=1.0, stddev=2.0, seed=generator),
        random.truncated_normal((17,), seed=generator),
        random.randint((17,), -4, 9, seed=generator),
        random.dropout(np.ones((5, 6), np.float32), 0.4, seed=generator),
        random.shuffle(np.arange(20), seed=generator),
        random.categorical(np.log([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]).astype("f"), 40, seed=seed),
    ]


def _keras_rejected(root: Any, seed: int) -> list[Any]:
    random = root.keras.random
    generator = random.SeedGenerator(seed)
    return [
        random.gamma((17,), 0.7, seed=generator),
        random.beta((17,), 2.0, 0.5, seed=generator),
        random.binomial((17,), 12, 0.3, seed=generator),
        random.binomial((17,), 90, 0.7, seed=generator),
    ]


_WEIGHTS = ((6, 4), (3, 3, 2, 5))


def _keras_initialiser(name: str, **options: Any) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        make = getattr(root.keras.initializers, name.partition("-")[0])
        return [make(seed=seed, **options)(shape) for shape in _WEIGHTS]

    return program


def _orthogonal_bounds(root: Any, seed: int) -> list[Any]:
    draw = root.keras.initializers.RandomNormal(stddev=1.0, seed=seed)
    tall = [sorted((math.prod(shape[:-1]), shape[-1]), reverse=True) for shape in _WEIGHTS]
    return [np.asarray(orthogonal(draw(shape))) for shape in tall]


def _keras_layer(make: Callable[[Any], Any], shape: tuple[int, ...], seed_all: bool) -> Program:
    """Draw the weights of a layer.

    Keras' layers take their seeds from Python's own generator, which is seeded before each draw.
    `set_random_seed` does so too, and makes TensorFlow forget its kernels: making them again takes
    longer than a layer, so one layer shows it, and the others do without.
    """

    def program(root: Any, seed: int) -> list[Any]:
        if seed_all:
            root.keras.utils.set_random_seed(seed)
        layer = make(root.keras.layers)
        layer.build(shape)
        return [variable.value for variable in layer.weights]

    return program


def _keras_constants(root: Any, seed: int) -> list[Any]:
    layers = root.keras.layers
    constants = [
        layers.BatchNormalization(),
        layers.GroupNormalization(groups=-1),
        layers.LayerNormalization(),
        layers.RMSNormalization(),
        layers.PReLU(),
    ]
    built = [*constants, layers.Dense(2)]  # whose seed they must have left alone
    for layer in built:
        layer.build((2, 6, 3))
    return [variable.value for layer in built for variable in layer.weights]


def _keras_mask(layer: str, shape: tuple[int, ...], options: Mapping[str, Any]) -> Program:
    def program(root: Any, seed: int) -> list[Any]:
        made, ones = getattr(root.keras.layers, layer)(0.3, **options), np.ones(shape, np.float32)
        return [made(ones, training=True)]

    return program


def _keras_dropout(root: Any, seed: int) -> list[Any]:
    ones = np.ones((6, 5, 4), np.float32)
    layers = [root.keras.layers.Dropout(rate) for rate in RATES]
    # One of them twice, for the state of a layer's own generator goes on.
    return [layer(ones, training=True) for layer in (*layers, layers[1])]


_KERAS_INITIALISERS: Mapping[str, Mapping[str, Any]] = {
    "GlorotUniform": {},
    "GlorotNormal": {},
    "HeUniform": {},
    "HeNormal": {},
    "LecunUniform": {},
    "LecunNormal": {},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_avg", "distribution": "untruncated_normal"},
    "RandomNormal": {"mean": 1.0, "stddev": 0.5},
    "RandomUniform": {"minval": -1.0, "maxval": 3.0},
    "TruncatedNormal": {"mean": 1.0, "stddev": 0.5},
}
_KERAS_LAYERS: Mapping[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "dense": (lambda layers: layers.Dense(5), (2, 7)),
    "conv1d": (lambda layers: layers.Conv1D(4, 3), (2, 6, 3)),
    "conv2d": (lambda layers: layers.Conv2D(4, 3), (2, 6, 6, 3)),
    "conv2d-grouped": (lambda layers: layers.Conv2D(4, 3, groups=2), (2, 6, 6, 6)),
    "conv3d": (lambda layers: layers.Conv3D(4, 2), (2, 4, 4, 4, 3)),
    "depthwise": (lambda layers: layers.DepthwiseConv2D(3), (2, 6, 6, 3)),
}
_KERAS_MASKS: Mapping[str, tuple[str, tuple[int, ...], Mapping[str, Any]]] = {
    "dropout-noise": ("Dropout", (6, 5, 4), {"noise_shape": (6, 1, 4)}),
    "dropout-seed": ("Dropout", (6, 5, 4), {"seed": 11}),
    "spatial-dropout1d": ("SpatialDropout1D", (6, 5, 7), {}),
    "spatial-dropout2d": ("SpatialDropout2D", (6, 3, 2, 7), {}),
    "spatial-dropout2d-channels-first": (
        "SpatialDropout2D",
        (6, 7, 3, 2),
        {"data_format": "channels_first"},
    ),
    "spatial-dropout3d": ("SpatialDropout3D", (6, 2, 2, 2, 7), {}),
}


def _compiled_normal(root: Any, seed: int) -> list[Any]:
    def draw(pair: Any) -> Any:
        return root.random.stateless_normal((1000,), seed=pair)

    # refimpl has no compiler, and none should be needed for the same numbers.
    run = root.function(draw, jit_compile=True) if hasattr(root, "function") else draw
    return [run(np.array([seed, 7]))]


def _uniform(root: Any, seed: int) -> list[Any]:
    return [root.random.stateless_uniform((1024,), seed=(seed, 7))]


def _normal(root: Any, seed: int) -> list[Any]:
    return [root.random.stateless_normal((1024,), seed=(seed, 7))]


def near_normal(log: Callable[[Any], Any] = np.log) -> Program:
    """Draw as refimpl's `stateless_normal` does, but for the logarithm.

    Parameters
    ----------
    log : callable
        The logarithm.

    Returns
    -------
    callable
        For refimpl alone: a negative control.
    """

    def program(root: Any, seed: int) -> list[Any]:
        uniform = _uniform(root, seed)[0].reshape(-1, 2)
        radius = np.sqrt(np.float32(-2) * log(np.maximum(uniform[:, 0], np.float32(1e-7))))
        angle = (uniform[:, 1] * np.float64(2 * np.pi)).astype(np.float32)
        sine, cosine = glibc.sincosf(angle)
        return [np.stack([radius * sine, radius * cosine], axis=1).reshape(-1)]

    return program


# What is drawn, and the same with one small thing wrong.
_CONTROLS: Mapping[str, tuple[Program, Program]] = {
    "another-seed": (_uniform, lambda root, seed: _uniform(root, seed + 1)),
    "numpys-log": (_normal, near_normal()),
}

_OTHER = "another counter, key or order of words"
TF: tuple[Draw, ...] = (
    _tf("stateless-uniform", _OTHER, _stateless("uniform")),
    _tf("stateless-uniform-float64", _OTHER, _stateless("uniform", dtype="float64")),
    _tf("stateless-normal", "NumPy's own log, sine or cosine", _stateless("normal")),
    _tf(
        "stateless-normal-float64",
        "one pair where two are drawn",
        _stateless("normal", dtype="float64"),
    ),
    _tf("stateless-truncated-normal", "draws thrown away in order", _stateless("truncated_normal")),
    _tf("generator-uniform", "a seed that is scrambled", _generator("uniform")),
    _tf("generator-normal", "a counter that advances by words", _generator("normal")),
    _tf(
        "generator-truncated-normal",
        "a counter that advances by words",
        _generator("truncated_normal"),
    ),
    _tf("integers", "a range taken by another rule than the remainder", _integers),
    _tf("stateful", "the hidden state of repeated calls", _stateful),
    _tf("shuffle", "a shuffle from the other end", _shuffle),
    _tf("dropout-functions", "a mask of kept for dropped, a seed left out", _dropout_functions),
    _tf("keras-random", "seeds that a generator hands out in another order", _keras_random),
    _tf("keras-gamma-beta-binomial", "a number that goes on in another's words", _keras_rejected),
    *(
        _tf(name, "a scale or a fan that is wrong", _keras_initialiser(name, **options))
        for name, options in _KERAS_INITIALISERS.items()
    ),
    *(
        _tf(
            f"weights-{name}",
            "seeds drawn in another order",
            _keras_layer(make, shape, seed_all=name == "dense"),
        )
        for name, (make, shape) in _KERAS_LAYERS.items()
    ),
    Draw(
        "weights-normalisation-prelu",
        "tf",
        _keras_constants,
        "a seed taken where nothing is drawn",
        seeds=FEW_SEEDS,
    ),
    _tf("mask-dropout", "masks drawn for a rate of 0, a layer's own seeds", _keras_dropout),
    *(
        _tf(f"mask-{name}", "a layer's own seeds, or the shape of its mask", _keras_mask(*what))
        for name, what in _KERAS_MASKS.items()
    ),
    _tf("orthogonal", "a decomposition of its own rounding", _keras_initialiser("Orthogonal")),
    Draw(
        "orthogonal-rounded",
        "tf",
        _keras_initialiser("Orthogonal"),
        "a sign, a transpose, or draws in another order",
        bound=_orthogonal_bounds,
    ),
    _tf("threefry", "another algorithm", _stateless("uniform", alg="threefry")),
    _tf("compiled-normal", "what a compiler draws", _compiled_normal),
    *(
        Draw(f"control-{name}", "tf", right, f"blindness to {name}", wrong)
        for name, (right, wrong) in _CONTROLS.items()
    ),
)
