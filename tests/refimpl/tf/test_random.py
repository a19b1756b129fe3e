"""Draws by a seed are TensorFlow's and Keras', byte for byte."""

from __future__ import annotations

import random

import numpy as np
import pytest

import refimpl.tf as tf
from conformance.checks.kernels import host_glibc
from refimpl.ops.random import glibc

SHAPES = [(0,), (), (1,), (2,), (3,), (5,), (7, 3), (16,), (17,), (33, 5), (1000,)]
DTYPES = ["float32", "float64", "float16"]
SEEDS = [(i, 7 * i - 300) for i in range(96)] + [(-(2**31), 2**31 - 1), (2**40, -5), (0, 0), (1, 2)]


def same_bytes(ours, theirs):
    theirs = np.asarray(theirs)
    ours = np.asarray(ours)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert ours.tobytes() == theirs.tobytes()


@pytest.fixture(scope="module", autouse=True)
def _host_glibc():
    """Normal draws are those of one C library; on another the reason is given, not a riddle."""
    reason = host_glibc()
    if reason:
        pytest.skip(reason)


@pytest.mark.parametrize("dtype", DTYPES)
def test_stateless_draws(tensorflow, dtype):
    real = tensorflow.random
    for i, seed in enumerate(SEEDS):
        shape = SHAPES[i % len(SHAPES)]
        for name in ("stateless_uniform", "stateless_normal", "stateless_truncated_normal"):
            ours = getattr(tf.random, name)(shape, seed, -0.3, 1.7, dtype)
            same_bytes(ours, getattr(real, name)(shape, seed, -0.3, 1.7, dtype))


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_stateless_integers(tensorflow, dtype):
    for i, seed in enumerate(SEEDS):
        for low, high in ((-5, 1000), (None, None)):
            arguments = (SHAPES[i % len(SHAPES)], seed, low, high, dtype)
            same_bytes(
                tf.random.stateless_uniform(*arguments),
                tensorflow.random.stateless_uniform(*arguments),
            )
        pair = np.array(seed, np.int64)
        same_bytes(tf.random.split(pair, 3), tensorflow.random.split(pair, 3))


def test_generators(tensorflow):
    for i in range(100):
        seed = (i + 1) * 3**i
        ours = tf.random.Generator.from_seed(seed)
        real = tensorflow.random.Generator.from_seed(seed)
        shape = SHAPES[i % len(SHAPES)]
        for name in ("uniform", "normal", "truncated_normal"):
            same_bytes(getattr(ours, name)(shape), getattr(real, name)(shape))
        same_bytes(
            ours.uniform(shape, 3, 77, "int64"), real.uniform(shape, 3, 77, tensorflow.int64)
        )
        same_bytes(ours.make_seeds(3), real.make_seeds(3))
        same_bytes(ours.state, real.state)


@pytest.mark.parametrize("operation", [None, 0, 5, -(2**33)])
def test_stateful_draws_go_on_where_they_stopped(tensorflow, operation):
    for seed in (0, 1, -7, 2**33 + 5, *range(20, 41)):
        tf.random.set_seed(seed)
        tensorflow.random.set_seed(seed)
        for shape in ((3,), (17,), (2, 5)):
            for name in ("uniform", "normal", "truncated_normal"):
                ours = getattr(tf.random, name)(shape, seed=operation)
                same_bytes(ours, getattr(tensorflow.random, name)(shape, seed=operation))
            value = np.arange(9)
            ours = tf.random.shuffle(value, seed=operation)
            same_bytes(ours, tensorflow.random.shuffle(value, seed=operation))


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5, 0.9])
def test_dropout_of_tensorflow(tensorflow, rate):
    for seed in range(100):
        shape = SHAPES[seed % len(SHAPES)]
        x = np.ones(shape, np.float32)
        tf.random.set_seed(seed)
        tensorflow.random.set_seed(seed)
        for own in (None, 3, 3):
            same_bytes(tf.nn.dropout(x, rate, seed=own), tensorflow.nn.dropout(x, rate, seed=own))
        real = tensorflow.nn.experimental.stateless_dropout(x, rate, [seed, 1])
        same_bytes(tf.nn.experimental.stateless_dropout(x, rate, [seed, 1]), real)


def test_keras_random(keras):
    for seed in (0, 1, -1, 2**31, 2**40, *range(50, 150)):
        shape = SHAPES[seed % len(SHAPES)]
        ours, real = tf.keras.random.SeedGenerator(seed), keras.random.SeedGenerator(seed)
        for name in ("uniform", "normal", "truncated_normal"):
            mine = getattr(tf.keras.random, name)(shape, seed=ours)
            same_bytes(mine, getattr(keras.random, name)(shape, seed=real))
        mine = tf.keras.random.randint((5,), 0, 9, seed=ours)
        same_bytes(mine, keras.random.randint((5,), 0, 9, seed=real))
        x = np.arange(10.0, dtype=np.float32)
        same_bytes(tf.keras.random.shuffle(x, seed=ours), keras.random.shuffle(x, seed=real))
        same_bytes(ours.state, real.state.numpy())


def test_categorical_draws_are_tensorflow_s(tensorflow, keras):
    for seed in range(100):
        shape = (1 + seed % 4, 1 + seed % 7)
        logits = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
        if seed % 3 == 0:
            logits[0, -1] = -np.inf
        count = seed % 23
        real = tensorflow.random.stateless_categorical(logits, count, seed=(seed, 7))
        same_bytes(tf.random.stateless_categorical(logits, count, (seed, 7)), real)
        mine = tf.keras.random.categorical(logits, count, seed=seed)
        same_bytes(mine, keras.random.categorical(logits, count, seed=seed))


def test_what_has_no_probability_is_never_drawn():
    logits = np.array([[0.0, -np.inf, 0.0]], np.float32)
    drawn = tf.random.stateless_categorical(logits, 1000, (1, 2))
    assert set(drawn.reshape(-1).tolist()) == {0, 2}
    assert 400 < int((drawn == 2).sum()) < 600


@pytest.mark.parametrize(
    ("named", "arguments"),
    [
        ("logits", (np.zeros(3, np.float32), 2, (1, 2))),
        ("logits", (np.zeros((2, 0), np.float32), 2, (1, 2))),
        ("num_samples", (np.zeros((2, 2), np.float32), -1, (1, 2))),
        ("dtype", (np.zeros((2, 2), np.float32), 1, (1, 2), "float32")),
    ],
)
def test_bad_categorical_arguments_are_named(named, arguments):
    with pytest.raises(ValueError, match=rf"^{named} must be"):
        tf.random.stateless_categorical(*arguments)


def test_layers_after_one_seed(keras):
    x = np.ones((2, 6, 6, 3), np.float32)
    for seed in range(100):
        outputs = []
        for module in (tf.keras, keras):
            module.utils.set_random_seed(seed)
            layers = [
                module.layers.Conv2D(4, 3),
                module.layers.Dropout(0.3),
                module.layers.SpatialDropout2D(0.5),
                module.layers.Dense(2),
            ]
            drawn = [np.asarray(layer(x, training=True)) for layer in layers[1:3]]
            drawn += [np.asarray(layers[1](x, training=True))]
            layers[0].build(x.shape)
            layers[3].build(x.shape)
            drawn += [np.asarray(v) for i in (0, 3) for v in layers[i].get_weights()]
            outputs.append([*drawn, np.asarray(module.random.normal((3,)))])
        for ours, real in zip(*outputs, strict=True):
            same_bytes(ours, real)


def test_negative_controls(tensorflow, monkeypatch):
    real = tensorflow.random.stateless_normal([2000], [1, 2]).numpy()
    assert (tf.random.stateless_normal([2000], [1, 3]) != real).any()
    monkeypatch.setattr(glibc, "logf", lambda x: np.log(x.astype(float)).astype(np.float32))
    assert (tf.random.stateless_normal([2000], [1, 2]) != real).any()


def test_threefry_is_refused_as_on_a_cpu(tensorflow):
    with pytest.raises(ValueError, match="alg"):
        tf.random.stateless_uniform([3], [1, 2], alg="threefry")
    with pytest.raises(Exception, match="counter must be"):
        tensorflow.random.stateless_uniform([3], [1, 2], alg="threefry")


def test_python_draws_the_seeds_of_layers():
    random.seed(4)
    expected = random.randint(1, 10**9)
    random.seed(4)
    assert tf.keras.layers.Dropout(0.5).seed_generator.state[0] == expected
