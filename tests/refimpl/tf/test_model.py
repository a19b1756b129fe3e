"""Names, variables, initialisers and `Sequential`, as Keras has them."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.tf as tf

NAMED = [
    ("ReLU", (), "re_lu"),
    ("PReLU", (), "p_re_lu"),
    ("LeakyReLU", (), "leaky_re_lu"),
    ("ELU", (), "elu"),
    ("Conv2D", (1, 1), "conv2d"),
    ("DepthwiseConv2D", (1,), "depthwise_conv2d"),
    ("MaxPooling2D", (), "max_pooling2d"),
    ("AveragePooling1D", (2,), "average_pooling1d"),
    ("SpatialDropout2D", (0.1,), "spatial_dropout2d"),
    ("BatchNormalization", (), "batch_normalization"),
    ("GroupNormalization", (), "group_normalization"),
    ("Dense", (1,), "dense"),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), NAMED)
def test_names_count(keras, name, arguments, expected):
    tf.keras.utils.clear_session()
    keras.utils.clear_session()
    for module in (tf.keras, keras):
        layers = [getattr(module.layers, name)(*arguments) for _ in range(3)]
        assert [layer.name for layer in layers] == [expected, f"{expected}_1", f"{expected}_2"]
        assert getattr(module.layers, name)(*arguments, name="chosen").name == "chosen"


def build(module):
    layers = module.layers
    return module.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", dtype="float64"),
            layers.BatchNormalization(dtype="float64"),
            layers.MaxPooling2D(2, dtype="float64"),
            layers.Flatten(dtype="float64"),
            layers.Dense(3, dtype="float64"),
        ]
    )


def test_sequential(tensorflow, keras):
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 2))
    labels = np.array([1, 0, 2, 1])
    ours, real = build(tf.keras), build(keras)
    ours(x)
    real(x)
    assert [w.name for w in ours.weights] == [w.name for w in real.weights]
    assert [w.name for w in ours.trainable_weights] == [w.name for w in real.trainable_weights]
    assert [w.name for w in ours.non_trainable_weights] == [
        w.name for w in real.non_trainable_weights
    ]
    real.set_weights(ours.get_weights())
    arguments = {"from_logits": True, "dtype": "float64"}
    constant = tensorflow.constant(x)
    with tensorflow.GradientTape() as tape:
        tape.watch(constant)
        logits = real(constant, training=True)
        expected = keras.losses.SparseCategoricalCrossentropy(**arguments)(labels, logits)
    gradients = tape.gradient(expected, [constant, *(w.value for w in real.trainable_weights)])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(**arguments)
    value = loss(labels, ours(x, training=True))
    np.testing.assert_allclose(value, expected.numpy(), rtol=1e-12)
    bar = ours.backward(loss.backward())
    np.testing.assert_allclose(bar, gradients[0].numpy(), rtol=1e-9, atol=1e-12)
    for weight, gradient in zip(ours.trainable_weights, gradients[1:], strict=True):
        np.testing.assert_allclose(weight.grad, gradient.numpy(), rtol=1e-9, atol=1e-12)
    for mine, theirs in zip(ours.weights, real.weights, strict=True):
        np.testing.assert_allclose(mine.value, theirs.numpy(), rtol=1e-12)


def test_a_frozen_sequential_has_no_trainable_weights(keras):
    for module in (tf.keras, keras):
        model = module.Sequential([module.layers.Dense(2)], trainable=False)
        model(np.ones((1, 3), np.float32))
        assert model.trainable_weights == []
        assert len(model.non_trainable_weights) == 2


def test_the_chapters_convolution():
    x = np.arange(45, dtype=np.float32).reshape(1, 3, 3, 5)
    y = tf.nn.conv2d(x, np.ones((1, 1, 5, 1), np.float32), [1, 1, 1, 1], "VALID")
    assert y.shape == (1, 3, 3, 1)
    np.testing.assert_array_equal(y[..., 0], x.sum(-1))


def test_get_weights_are_copies_and_set_weights_restores():
    layer = tf.keras.layers.Dense(2)
    layer.build((None, 3))
    before = layer.get_weights()
    layer.get_weights()[0][...] = 7
    np.testing.assert_array_equal(layer.kernel.numpy(), before[0])
    layer.kernel.assign(np.ones((3, 2)))
    assert layer.kernel.dtype == "float32"
    layer.set_weights(before)
    np.testing.assert_array_equal(np.asarray(layer.kernel), before[0])


def test_a_variable_is_an_array():
    variable = tf.keras.Variable([1.0, 2.0], "float16", name="scale")
    assert (variable.name, variable.shape, variable.dtype) == ("scale", (2,), "float16")
    assert variable.trainable
    assert variable.ndim == 1
    assert variable.grad is None
    np.testing.assert_array_equal(np.asarray(variable, np.float64) * 2, [2.0, 4.0])
    value = np.zeros(2)
    variable.assign(value)
    value[...] = 5
    np.testing.assert_array_equal(variable.value, 0)


def test_the_input_is_left_alone():
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 4)).astype(np.float32)
    before = x.copy()
    model = tf.keras.Sequential(
        [
            tf.keras.layers.ReLU(),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Dropout(0.5),
            tf.keras.layers.Conv2D(2, 3),
        ]
    )
    cotangent = model(x, training=True).copy()
    kept = cotangent.copy()
    model.backward(cotangent)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(cotangent, kept)


INITIALIZERS = [
    ("GlorotUniform", (), "uniform", np.sqrt(2 / (30 * 9 + 50 * 9))),
    ("GlorotNormal", (), "normal", np.sqrt(2 / (30 * 9 + 50 * 9))),
    ("HeUniform", (), "uniform", np.sqrt(2 / (30 * 9))),
    ("HeNormal", (), "normal", np.sqrt(2 / (30 * 9))),
    ("LecunUniform", (), "uniform", np.sqrt(1 / (30 * 9))),
    ("LecunNormal", (), "normal", np.sqrt(1 / (30 * 9))),
    ("RandomUniform", (), "uniform", 0.1 / np.sqrt(12)),
    ("RandomNormal", (), "untruncated", 0.05),
    ("TruncatedNormal", (), "normal", 0.05 * 0.87962566103423978),
    ("VarianceScaling", (), "normal", np.sqrt(1 / (30 * 9))),
]


@pytest.mark.parametrize(("name", "arguments", "distribution", "deviation"), INITIALIZERS)
def test_initializers_draw_from_keras_distributions(
    keras, name, arguments, distribution, deviation
):
    shape = (3, 3, 30, 50)
    for module in (tf.keras, keras):
        values = np.asarray(getattr(module.initializers, name)(seed=1)(shape))
        assert values.dtype == np.float32
        # 13,500 draws: their mean is off by about 1 %, their deviation by less, of the latter.
        assert abs(values.mean()) < 0.05 * deviation
        assert np.isclose(values.std(), deviation, rtol=0.03)
        reach = np.abs(values).max() / values.std()
        limits = {"uniform": (1.70, 1.76), "normal": (2.2, 2.34), "untruncated": (3, 6)}
        low, high = limits[distribution]
        assert low < reach < high


@pytest.mark.parametrize(("identifier", "value"), [("zeros", 0.0), ("Ones", 1.0)])
def test_initializers_by_name(keras, identifier, value):
    for module in (tf.keras, keras):
        layer = module.layers.Dense(2, bias_initializer=identifier)
        layer.build((None, 3))
        np.testing.assert_array_equal(np.asarray(layer.bias), value)


def test_without_an_initializer_a_weight_is_glorot_uniform(keras):
    for module in (tf.keras, keras):
        layer = module.layers.Dense(200, bias_initializer=None)
        layer.build((None, 3))
        largest = np.abs(np.asarray(layer.bias)).max()
        assert 0.9 * np.sqrt(6 / 400) < largest <= np.sqrt(6 / 400)


def test_a_seeded_initializer_repeats_itself():
    initializer = tf.keras.initializers.HeNormal(seed=3)
    np.testing.assert_array_equal(initializer((4, 5)), initializer((4, 5)))
    given = tf.keras.initializers.get(np.eye(3))
    np.testing.assert_array_equal(given((3, 3)), np.eye(3, dtype=np.float32))


def test_shown_for_reading():
    assert repr(tf.keras.layers.Dense(2, name="d")) == "<Dense name=d, built=False>"
    assert "HeNormal" in repr(tf.keras.initializers.HeNormal())
    assert (
        repr(tf.keras.Variable([1.0], name="a")) == "<Variable path=a, shape=(1,), dtype=float64>"
    )
    assert repr(tf.nn.conv2d) == "<function conv2d>"
