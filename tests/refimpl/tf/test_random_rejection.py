"""Gamma, beta and binomial draws are TensorFlow's and Keras', byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.tf as tf
from refimpl.ops.random import glibc
from refimpl.tf._src.random import rejection

SEEDS = 20  # the matrix has a hundred
GAMMAS = [
    ("below one", 0.05, None),
    ("one, which is exponential", 1.0, None),
    ("above one", 1.5, None),
    ("far above one", 30.0, None),
    ("several, with scales", [0.3, 1.0, 4.0], [3.0, 0.1, 1.0]),
]
# Of ten expected successes on either side, of one half on either side, and without any chance.
BINOMIALS = [
    (10.0, 0.3),
    (5.0, 0.9),
    (1000.0, 0.002),
    (1000.0, 0.5),
    (40.0, 0.25),
    (50.0, 0.3),
    (400.0, 0.97),
    (1e6, 0.3),
    (0.0, 0.3),
    (-3.0, 0.2),
    (7.0, 0.0),
    (7.0, 1.5),
    ([3.0, 100.0, 1000.0], [0.9, 0.6, 0.001]),
]


def same_bytes(ours, theirs):
    theirs = np.asarray(theirs)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("alpha", "beta"), [g[1:] for g in GAMMAS], ids=[g[0] for g in GAMMAS])
def test_gamma_draws(tensorflow, alpha, beta, dtype):
    for seed in range(SEEDS):
        arguments = {"shape": (17, 3), "seed": (seed, 7), "alpha": alpha, "dtype": dtype}
        if beta is not None:
            arguments["beta"] = beta
        ours = tf.random.stateless_gamma(**arguments)
        same_bytes(ours, tensorflow.random.stateless_gamma(**arguments))


@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
@pytest.mark.parametrize(("counts", "probs"), BINOMIALS, ids=str)
def test_binomial_draws(tensorflow, counts, probs, dtype):
    for seed in range(SEEDS):
        arguments = {"shape": (11, 3), "seed": (seed, 7), "counts": counts, "probs": probs}
        ours = tf.random.stateless_binomial(**arguments, output_dtype=dtype)
        real = tensorflow.random.stateless_binomial(**arguments, output_dtype=dtype)
        same_bytes(ours, real)


def test_no_number_comes_of_no_probability():
    drawn = tf.random.stateless_binomial((3,), (1, 2), 7.0, float("nan"), "float32")
    assert np.isnan(drawn).all()


def test_keras_draws(keras):
    for seed in (-1, 2**31 - 5, 2**40, *range(SEEDS)):
        ours, real = tf.keras.random.SeedGenerator(seed), keras.random.SeedGenerator(seed)
        for name, arguments in (
            ("gamma", (0.7,)),
            ("beta", (0.7, [[2.0], [3.0]])),
            ("beta", (0.7, 0.3, "float64")),
            ("binomial", (20, 0.3)),
        ):
            mine = getattr(tf.keras.random, name)((2, 9), *arguments, seed=ours)
            same_bytes(mine, getattr(keras.random, name)((2, 9), *arguments, seed=real))
        mine = tf.keras.random.gamma((3,), 0.7, dtype="bfloat16", seed=ours)
        theirs = np.asarray(keras.random.gamma((3,), 0.7, dtype="bfloat16", seed=real))
        assert mine.tobytes() == theirs.tobytes()


def test_none_are_drawn_of_nothing():
    assert tf.random.stateless_gamma((0, 3), (1, 2), 0.5).shape == (0, 3)
    assert tf.random.stateless_gamma((4, 0), (1, 2), np.ones(0, np.float32)).shape == (4, 0)
    assert tf.random.stateless_binomial((0,), (1, 2), 5.0, 0.5).shape == (0,)


def test_a_uniform_zero_has_a_logarithm():
    np.testing.assert_array_equal(glibc.log(np.array([1.0, 0.0])), [0.0, -np.inf])


def test_another_order_of_a_blocks_numbers_is_seen(tensorflow, monkeypatch):
    arguments = {"shape": (100,), "seed": (1, 7), "alpha": 0.5}
    real = np.asarray(tensorflow.random.stateless_gamma(**arguments))
    take = rejection.Reserve.take

    def swapped(self, which):
        return take(self, which).reshape(-1, 2, 2)[:, ::-1].reshape(-1)

    monkeypatch.setattr(rejection.Reserve, "take", swapped)
    assert (tf.random.stateless_gamma(**arguments) != real).any()


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("alpha must be positive", lambda r: r.stateless_gamma((3,), (1, 2), 0.0)),
        ("dtype must be", lambda r: r.stateless_gamma((3,), (1, 2), 1.0, dtype="int32")),
        ("shape must be one that ends", lambda r: r.stateless_gamma((3,), (1, 2), [1.0, 2.0])),
        (
            "alpha and beta must be of shapes",
            lambda r: r.stateless_gamma((3,), (1, 2), [1.0, 2.0], [1.0, 2.0, 3.0]),
        ),
        (
            "output_dtype must be",
            lambda r: r.stateless_binomial((3,), (1, 2), 1.0, 0.5, output_dtype="uint8"),
        ),
        ("shape must be one", lambda r: r.stateless_binomial((3,), (1, 2), [1.0, 2.0], 0.5)),
        ("beta must be positive", lambda r: tf.keras.random.beta((3,), 1.0, -1.0)),
        ("beta must broadcast", lambda r: tf.keras.random.beta((3,), 1.0, [1.0, 2.0])),
    ],
)
def test_bad_arguments_are_named(words, call):
    with pytest.raises(ValueError, match=f"^{words}"):
        call(tf.random)
