"""Initialisers make Keras' values from the same seed, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.tf as tf

NAMES = ["RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"]
NAMES += [f"{who}{law}" for who in ("Glorot", "He", "Lecun") for law in ("Uniform", "Normal")]


@pytest.mark.parametrize("name", NAMES)
def test_random_initializers(keras, name):
    for seed in range(100):
        shape = ((4, 5), (3, 3, 2, 4), (7,), (1, 1))[seed % 4]
        ours = getattr(tf.keras.initializers, name)(seed=seed)(shape)
        real = np.asarray(getattr(keras.initializers, name)(seed=seed)(shape))
        assert (ours.dtype, ours.tobytes()) == (real.dtype, real.tobytes())


def test_constant_initializers(keras):
    for name in ("Zeros", "Ones", "Identity", "Constant"):
        ours = getattr(tf.keras.initializers, name)()((3, 4))
        np.testing.assert_array_equal(ours, getattr(keras.initializers, name)()((3, 4)))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (3, 3, 2, 4)])
def test_orthogonal_up_to_the_rounding_of_the_decomposition(keras, shape):
    # Keras' own values move with the number of threads: QR in float32, entries below 1.
    for seed in range(10):
        ours = tf.keras.initializers.Orthogonal(seed=seed)(shape)
        real = np.asarray(keras.initializers.Orthogonal(seed=seed)(shape))
        np.testing.assert_allclose(ours, real, rtol=0, atol=5e-6)


@pytest.mark.parametrize("axes", [((0,), (1, 2)), ((2, 0), (3,)), ((1, -1), ()), (None, (1,))])
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_axes_of_inputs_and_outputs(keras, axes, mode):
    options = {"mode": mode, "input_axes": axes[0], "output_axes": axes[1], "seed": 3}
    ours = tf.keras.initializers.VarianceScaling(**options)((3, 2, 5, 4))
    real = np.asarray(keras.initializers.VarianceScaling(**options)((3, 2, 5, 4)))
    assert ours.tobytes() == real.tobytes()


def test_an_axis_that_is_not_there_is_named():
    make = tf.keras.initializers.GlorotUniform(seed=1, input_axes=(0,), output_axes=(4,))
    with pytest.raises(ValueError, match=r"^output_axes must be"):
        make((3, 2))
    with pytest.raises(TypeError, match="input_axes"):
        tf.keras.initializers.HeNormal(input_axes=("0",))


def test_another_seed_is_seen():
    first, second = (tf.keras.initializers.HeNormal(seed=seed)((4, 5)) for seed in (1, 2))
    assert (first != second).any()
