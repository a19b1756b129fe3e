"""`keras.activations` and the activation layers, kinks included, against the real Keras."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.tf as tf

KINKS = np.array([-9.0, -6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 9.0])
SMOOTH = np.random.default_rng(0).normal(size=(3, 4))

ACTIVATIONS = [
    ("relu", {}),
    ("relu", {"negative_slope": 0.25}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"max_value": 6.0}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"negative_slope": 0.25, "max_value": 6.0}),
    ("relu", {"negative_slope": 0.25, "threshold": 1.0}),
    ("relu", {"max_value": 6.0, "threshold": 1.0}),
    ("relu", {"negative_slope": 0.25, "max_value": 2.0, "threshold": 1.0}),
    ("relu6", {}),
    ("leaky_relu", {"negative_slope": 0.25}),
    ("elu", {}),
    ("elu", {"alpha": 2.0}),
    ("selu", {}),
    ("celu", {}),
    ("celu", {"alpha": 2.0}),
    ("silu", {}),
    ("swish", {}),
    ("mish", {}),
    ("sigmoid", {}),
    ("log_sigmoid", {}),
    ("tanh", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("hard_tanh", {}),
    ("hard_sigmoid", {}),
    ("hard_silu", {}),
    ("hard_swish", {}),
    ("softmax", {}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {}),
    ("log_softmax", {"axis": 0}),
    ("linear", {}),
    ("exponential", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
]


def floats(name, x):
    # Keras' gelu has float32 constants, which a float64 input shows at the ninth digit.
    return x.astype(np.float32 if name == "gelu" else np.float64)


@pytest.mark.parametrize(("name", "arguments"), ACTIVATIONS)
def test_activations(keras, agree, name, arguments):
    ours = getattr(tf.keras.activations, name)
    real = getattr(keras.activations, name)
    for x in (KINKS, SMOOTH):
        agree(
            lambda x: ours.with_vjp(x, **arguments),
            lambda x: real(x, **arguments),
            [floats(name, x)],
        )


def test_leaky_relus_have_keras_default_slopes(keras):
    x = np.array([[-1.0, 0.0, 2.0]], np.float32)
    for ours, real in (
        (tf.keras.activations.leaky_relu, keras.activations.leaky_relu),
        (tf.keras.layers.LeakyReLU(), keras.layers.LeakyReLU()),
    ):
        np.testing.assert_array_equal(ours(x), np.asarray(real(x)))


LAYERS = [
    ("ReLU", {}),
    ("ReLU", {"max_value": 6.0}),
    ("ReLU", {"max_value": 3.0, "negative_slope": 0.25, "threshold": 1.0}),
    ("LeakyReLU", {"negative_slope": 0.25}),
    ("ELU", {}),
    ("ELU", {"alpha": 2.0}),
    ("Softmax", {}),
    ("Softmax", {"axis": 1}),
    ("Softmax", {"axis": (1, 2)}),
    ("Activation", {"activation": "celu"}),
    ("Activation", {"activation": None}),
]


@pytest.mark.parametrize(("name", "arguments"), LAYERS)
def test_layers(keras, agree, name, arguments):
    ours = getattr(tf.keras.layers, name)(**arguments, dtype="float64")
    real = getattr(keras.layers, name)(**arguments, dtype="float64")
    agree(ours.with_vjp, real, [np.tile(KINKS, 2).reshape(2, 3, 4)])


def test_an_activation_can_be_given_by_name_function_or_layer():
    x = np.array([[-1.0, 2.0]], np.float32)
    for activation in ("relu", tf.keras.activations.relu, tf.nn.relu, tf.keras.layers.ReLU()):
        layer = tf.keras.layers.Activation(activation)
        np.testing.assert_array_equal(layer(x), [[0.0, 2.0]])
        np.testing.assert_array_equal(layer.backward(np.ones((1, 2), np.float32)), [[0.0, 1.0]])
    assert tf.keras.activations.get(None) is tf.keras.activations.linear


@pytest.mark.parametrize("shared_axes", [None, 1, [1, 2], [3]])
def test_prelu(tensorflow, keras, shared_axes):
    x = np.tile(KINKS, 2).reshape(2, 3, 2, 2)
    initializer = {"alpha_initializer": "random_normal", "shared_axes": shared_axes}
    ours = tf.keras.layers.PReLU(**initializer, dtype="float64")
    real = keras.layers.PReLU(**initializer, dtype="float64")
    ours.build(x.shape)
    real.build(x.shape)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in real.weights]
    ours.set_weights(real.get_weights())
    constant = tensorflow.constant(x)
    with tensorflow.GradientTape() as tape:
        tape.watch(constant)
        y = real(constant)
        loss = tensorflow.reduce_sum(y * constant)
    x_bar, alpha_bar = tape.gradient(loss, [constant, real.trainable_weights[0].value])
    np.testing.assert_allclose(ours(x), y.numpy(), rtol=1e-14)
    # The derivative of y * x by x has y besides.
    np.testing.assert_allclose(ours.backward(x) + ours(x), x_bar.numpy(), rtol=1e-14)
    np.testing.assert_allclose(ours.weights[0].grad, alpha_bar.numpy(), rtol=1e-13)


def test_relu_keeps_nan_in_all_forms():
    x = np.array([np.nan, 2.0], np.float32)
    for arguments in ({}, {"max_value": 1.0}, {"threshold": 1.0}, {"negative_slope": 0.1}):
        assert np.isnan(tf.keras.activations.relu(x, **arguments)[0])
