"""Every Keras layer: weights, outputs, gradients and state against the real Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import refimpl.tf as tf

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _the_same_numbers_in_any_order():
    global RNG
    RNG = np.random.default_rng(0)


TOLERANCE = {"float64": {"rtol": 1e-11, "atol": 1e-11}, "float32": {"rtol": 2e-5, "atol": 2e-5}}

# class, arguments, input shape
LAYERS = [
    ("Dense", {"units": 4}, (5, 3)),
    ("Dense", {"units": 4, "use_bias": False}, (2, 3, 3)),
    ("Dense", {"units": 4, "activation": "tanh"}, (2, 3)),
    ("Conv1D", {"filters": 4, "kernel_size": 3}, (2, 7, 3)),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "causal"}, (2, 7, 3)),
    (
        "Conv1D",
        {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        (2, 7, 4),
    ),
    (
        "Conv1D",
        {"filters": 4, "kernel_size": 2, "padding": "same", "strides": 2, "groups": 2},
        (2, 8, 4),
    ),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, (2, 7, 6, 3)),
    (
        "Conv2D",
        {"filters": 4, "kernel_size": (3, 2), "strides": 2, "padding": "same"},
        (2, 8, 6, 3),
    ),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": (2, 1)}, (2, 7, 6, 3)),
    (
        "Conv2D",
        {"filters": 4, "kernel_size": 3, "groups": 2, "padding": "SAME", "activation": "sigmoid"},
        (2, 7, 6, 6),
    ),
    ("Conv2D", {"filters": 4, "kernel_size": 1, "use_bias": False}, (2, 7, 6, 3)),
    # Were there as many filters as columns, Keras would add the bias along the columns.
    (
        "Conv2D",
        {"filters": 5, "kernel_size": 3, "data_format": "channels_first"},
        (2, 3, 7, 6),
    ),
    ("Conv3D", {"filters": 4, "kernel_size": 2}, (2, 3, 4, 5, 3)),
    (
        "Conv3D",
        {"filters": 4, "kernel_size": (2, 1, 3), "strides": 2, "padding": "same"},
        (2, 3, 4, 5, 3),
    ),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, (2, 7, 6, 3)),
    (
        "DepthwiseConv2D",
        {"kernel_size": (2, 3), "padding": "same", "strides": 2, "activation": "tanh"},
        (2, 7, 6, 3),
    ),
    ("DepthwiseConv2D", {"kernel_size": 3, "dilation_rate": 2, "strides": 2}, (2, 9, 9, 2)),
    (
        "DepthwiseConv2D",
        {"kernel_size": 3, "data_format": "channels_first", "depth_multiplier": 2},
        (2, 3, 7, 6),
    ),
    ("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 8, 3)),
    ("AveragePooling2D", {"pool_size": 2}, (2, 7, 6, 3)),
    ("AveragePooling2D", {"pool_size": 3, "strides": (1, 2), "padding": "same"}, (2, 7, 6, 3)),
    ("AveragePooling2D", {"pool_size": 2, "data_format": "channels_first"}, (2, 3, 7, 6)),
    ("AveragePooling3D", {"pool_size": 2, "padding": "same"}, (2, 3, 4, 5, 2)),
    ("MaxPooling1D", {}, (2, 8, 3)),
    ("MaxPooling2D", {"pool_size": (3, 2), "padding": "same"}, (2, 7, 6, 3)),
    ("MaxPooling2D", {"strides": 1, "data_format": "channels_first"}, (2, 3, 7, 6)),
    ("MaxPooling3D", {"padding": "same"}, (2, 3, 4, 5, 2)),
    ("BatchNormalization", {}, (4, 3)),
    ("BatchNormalization", {"axis": 1, "momentum": 0.9, "epsilon": 1e-5}, (4, 3, 5, 2)),
    ("BatchNormalization", {"center": False}, (4, 5, 3)),
    ("BatchNormalization", {"scale": False}, (4, 5, 3, 2)),
    ("GroupNormalization", {"groups": -1}, (2, 5, 6, 3)),
    ("GroupNormalization", {"groups": -1, "axis": 1, "epsilon": 1e-5}, (2, 3, 5)),
    ("GroupNormalization", {"groups": -1, "center": False, "scale": False}, (2, 5, 4, 3, 2)),
    ("GroupNormalization", {"groups": 2}, (2, 5, 4)),
    ("GroupNormalization", {"groups": 1, "axis": 1}, (3, 4, 5, 2)),
    ("GroupNormalization", {"groups": 4, "scale": False}, (3, 2, 4)),
    ("Flatten", {}, (2, 3, 4)),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 4, 5)),
    ("Flatten", {}, (3,)),
]


def float32_only(arguments: dict[str, Any], name: str) -> bool:
    """Tell what TensorFlow has no float64 kernel for, forward or backward, on a CPU."""
    return (
        name in ("AveragePooling3D", "MaxPooling3D", "MaxPooling2D", "AveragePooling2D")
        or arguments.get("data_format") == "channels_first"
        or arguments.get("groups", 1) > 1
        or "dilation_rate" in arguments
    )


@pytest.mark.parametrize("training", [None, True])
@pytest.mark.parametrize(("name", "arguments", "shape"), LAYERS)
def test_layers(tensorflow, keras, name, arguments, shape, training):
    dtype = "float32" if float32_only(arguments, name) else "float64"
    given = dict(arguments, dtype=dtype)
    ours = getattr(tf.keras.layers, name)(**given)
    real = getattr(keras.layers, name)(**given)
    ours.build(shape)
    real.build(shape)
    assert described(ours) == described(real)
    values = [RNG.uniform(0.5, 1.5, w.shape) for w in ours.weights]
    ours.set_weights(values)
    real.set_weights(values)
    x = RNG.normal(size=shape).astype(dtype)
    constant = tensorflow.constant(x)
    options = {"training": training} if training and "training" in accepted(real) else {}
    with tensorflow.GradientTape() as tape:
        tape.watch(constant)
        theirs = real(constant, **options)
        cotangent = RNG.normal(size=theirs.shape).astype(dtype)
        loss = tensorflow.reduce_sum(theirs * cotangent)
    trained = [w.value for w in real.trainable_weights]
    gradients = tape.gradient(loss, [constant, *trained])
    mine = ours(x, training=training)
    tolerance = TOLERANCE[dtype]
    assert mine.dtype.name == theirs.dtype.name
    np.testing.assert_allclose(mine, theirs.numpy(), **tolerance)
    bar = ours.backward(cotangent)
    assert bar.dtype == x.dtype
    np.testing.assert_allclose(bar, gradients[0].numpy(), **tolerance)
    for weight, gradient in zip(ours.trainable_weights, gradients[1:], strict=True):
        assert weight.grad.shape == weight.shape
        np.testing.assert_allclose(weight.grad, gradient.numpy(), err_msg=weight.name, **tolerance)
    for weight, expected in zip(ours.weights, real.weights, strict=True):
        np.testing.assert_allclose(weight.value, expected.numpy(), **tolerance)


def accepted(layer: Any) -> list[str]:
    return layer.call_signature_parameters


def described(layer: Any) -> list[Any]:
    """Return what a layer's three lists of weights say."""
    return [
        [(w.name, tuple(w.shape), str(w.dtype), w.trainable) for w in weights]
        for weights in (layer.weights, layer.trainable_weights, layer.non_trainable_weights)
    ]


def test_default_initial_values_are_keras(keras):
    for name, arguments, shape in LAYERS:
        ours = getattr(tf.keras.layers, name)(**arguments)
        real = getattr(keras.layers, name)(**arguments)
        ours.build(shape)
        real.build(shape)
        for mine, theirs in zip(ours.weights, real.weights, strict=True):
            if mine.name != "kernel":
                np.testing.assert_array_equal(mine.value, theirs.numpy())


def test_kernels_start_glorot_uniform():
    tf.random.set_seed(1)
    layer = tf.keras.layers.Conv2D(40, 3)
    layer.build((None, 8, 8, 20))
    kernel = layer.kernel.value
    limit = np.sqrt(6 / (9 * 20 + 9 * 40))
    assert np.abs(kernel).max() <= limit
    assert np.abs(kernel).max() > 0.99 * limit
    # 7,200 uniform draws: the standard error of their variance is about 1 %.
    assert np.isclose(kernel.var(), limit**2 / 3, rtol=0.06)


def test_three_steps_of_batch_normalization(keras):
    ours = tf.keras.layers.BatchNormalization(dtype="float64", momentum=0.9)
    real = keras.layers.BatchNormalization(dtype="float64", momentum=0.9)
    for _ in range(3):
        x = RNG.normal(2, 3, (6, 4, 2))
        np.testing.assert_allclose(ours(x, training=True), real(x, training=True), rtol=1e-11)
    for mine, theirs in zip(ours.weights, real.weights, strict=True):
        np.testing.assert_allclose(mine.value, theirs.numpy(), rtol=1e-13)
    np.testing.assert_allclose(ours(x), real(x).numpy(), rtol=1e-11)


def test_a_frozen_batch_normalization_uses_its_statistics(keras):
    x = RNG.normal(2, 3, (6, 4))
    for module in (tf.keras, keras):
        layer = module.layers.BatchNormalization(dtype="float64")
        layer.build(x.shape)
        layer.trainable = False
        np.testing.assert_allclose(layer(x, training=True), x / np.sqrt(1.001), rtol=1e-12)
        assert [w.name for w in layer.trainable_weights] == []
        assert [w.name for w in layer.non_trainable_weights] == [
            "gamma",
            "beta",
            "moving_mean",
            "moving_variance",
        ]
        np.testing.assert_array_equal(np.asarray(layer.weights[2]), 0)


def test_trainable_is_told_to_the_weights(keras):
    for module in (tf.keras, keras):
        layer = module.layers.Dense(2, trainable=False)
        layer.build((None, 3))
        assert layer.trainable_weights == []
        layer.trainable = True
        assert [w.name for w in layer.trainable_weights] == ["kernel", "bias"]


def test_batch_normalization_writes_nan_for_an_empty_batch(keras):
    for module in (tf.keras, keras):
        layer = module.layers.BatchNormalization()
        layer(np.zeros((0, 3), np.float32), training=True)
        assert np.isnan(np.asarray(layer.weights[2])).all()


DROPOUTS = [
    ("Dropout", {}, (4, 5, 6), (4, 5, 6)),
    ("Dropout", {"noise_shape": (None, 1, 6)}, (4, 5, 6), (4, 1, 6)),
    ("SpatialDropout1D", {}, (4, 5, 6), (4, 1, 6)),
    ("SpatialDropout2D", {}, (4, 3, 5, 6), (4, 1, 1, 6)),
    ("SpatialDropout2D", {"data_format": "channels_first"}, (4, 6, 3, 5), (4, 6, 1, 1)),
    ("SpatialDropout3D", {}, (4, 3, 2, 5, 6), (4, 1, 1, 1, 6)),
]


@pytest.mark.parametrize(("name", "arguments", "shape", "mask_shape"), DROPOUTS)
def test_dropouts(keras, name, arguments, shape, mask_shape):
    x = np.ones(shape, np.float32)
    tf.random.set_seed(0)
    ours = getattr(tf.keras.layers, name)(0.25, **arguments)
    real = getattr(keras.layers, name)(0.25, seed=0, **arguments)
    for layer in (ours, real):
        np.testing.assert_array_equal(layer(x), x)
        np.testing.assert_array_equal(layer(x, training=False), x)
        y = np.asarray(layer(x, training=True))
        assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
        reduced = tuple(i for i, size in enumerate(mask_shape) if size != shape[i])
        assert (y == y.max(axis=reduced, keepdims=True)).all()
    keep = RNG.random(mask_shape) > 0.25
    ours.keep = keep
    expected = np.where(keep, x * np.float32(1 / 0.75), 0)
    np.testing.assert_array_equal(ours(x, training=True), expected)
    np.testing.assert_array_equal(ours.backward(x), expected)
    np.testing.assert_array_equal(ours(x), x)
    np.testing.assert_array_equal(ours.backward(2 * x), 2 * x)


def test_dropout_at_the_ends_of_its_rate(keras):
    x = np.ones((3, 4), np.float32)
    for module in (tf.keras, keras):
        np.testing.assert_array_equal(module.layers.Dropout(1.0)(x, training=True), 0 * x)
        np.testing.assert_array_equal(module.layers.Dropout(0)(x, training=True), x)


def test_a_seeded_dropout_draws_on():
    x = np.ones((20, 20))
    first, again = (tf.keras.layers.Dropout(0.5, seed=3) for _ in range(2))
    one = first(x, training=True)
    np.testing.assert_array_equal(one, again(x, training=True))
    assert (one != first(x, training=True)).any()


DTYPES = ["float64", "float32", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]
ROUNDING = {"float64": 1e-12, "float32": 1e-5, "float16": 4e-3, "bfloat16": 3e-2}
TYPED = [
    ("Dense", {"units": 4}, (5, 3)),
    ("Conv2D", {"filters": 4, "kernel_size": 3}, (2, 7, 6, 3)),
    ("DepthwiseConv2D", {"kernel_size": 3}, (2, 7, 6, 3)),
    ("MaxPooling2D", {}, (2, 7, 6, 3)),
    ("AveragePooling2D", {"pool_size": 2}, (2, 7, 6, 3)),
    ("BatchNormalization", {}, (4, 3, 2)),
    ("GroupNormalization", {"groups": -1}, (2, 5, 6, 3)),
    ("PReLU", {}, (2, 3)),
    ("ReLU", {}, (2, 3)),
    ("Softmax", {}, (2, 3)),
    ("Dropout", {"rate": 0.5}, (2, 3)),
    ("Flatten", {}, (2, 3, 2)),
]


@pytest.mark.parametrize("given", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "arguments", "shape"), TYPED)
def test_dtypes(keras, name, arguments, shape, dtype, given):
    ours = getattr(tf.keras.layers, name)(**arguments, dtype=dtype)
    real = getattr(keras.layers, name)(**arguments, dtype=dtype)
    for layer in (ours, real):
        layer.build(shape)
    assert described(ours) == described(real)
    assert (ours.dtype, ours.compute_dtype) == (real.dtype, real.compute_dtype)
    values = [RNG.uniform(0.5, 1.5, w.shape).astype("float16") for w in ours.weights]
    ours.set_weights(values)
    real.set_weights(values)
    x = RNG.normal(size=shape).astype(given)
    mine, theirs = ours(x), real(x)
    assert mine.dtype.name == theirs.dtype.name
    # Group normalisation rounds to the input's dtype too, which it does not cast.
    names = {mine.dtype.name} | ({x.dtype.name} if name == "GroupNormalization" else set())
    unit = max(ROUNDING[one] for one in names)
    np.testing.assert_allclose(
        mine.astype("float64"), np.asarray(theirs).astype("float64"), rtol=unit, atol=unit
    )
    assert ours.backward(np.ones_like(mine)).dtype == given
    for weight in ours.trainable_weights:
        assert weight.grad.dtype.name == weight.dtype


def test_without_autocast_the_input_keeps_its_dtype(keras):
    x = np.array([[-1.0, 2.0]])
    for module in (tf.keras, keras):
        assert np.asarray(module.layers.ReLU(autocast=False)(x)).dtype == np.float64
        assert np.asarray(module.layers.ReLU()(x)).dtype == np.float32


def test_dense_takes_integers(keras):
    x = np.array([[1, 2, 3]])
    for module in (tf.keras, keras):
        y = np.asarray(module.layers.Dense(2, kernel_initializer="ones")(x))
        np.testing.assert_array_equal(y, [[6.0, 6.0]])
        assert y.dtype == np.float32


def test_half_batch_normalization_keeps_its_statistics_in_float32_while_computing(keras):
    x = RNG.normal(3, 2, (64, 4, 2)).astype(np.float16)
    ours = tf.keras.layers.BatchNormalization(dtype="float16")
    real = keras.layers.BatchNormalization(dtype="float16")
    y, expected = ours(x, training=True), real(x, training=True).numpy()
    # Both round a float32 result once: at most one unit of float16 apart.
    np.testing.assert_allclose(y.astype("f8"), expected.astype("f8"), rtol=2**-10, atol=2**-13)
    for mine, theirs in zip(ours.weights, real.weights, strict=True):
        np.testing.assert_allclose(mine.value.astype("f8"), theirs.numpy(), rtol=2**-10)
    assert ours.backward(np.ones_like(y)).dtype == np.float16


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("name", "arguments", "shape"), LAYERS)
def test_empty_batches(name, arguments, shape, training):
    layer = getattr(tf.keras.layers, name)(**arguments)
    x = np.zeros((0, *shape[1:]), np.float32)
    y = layer(x, training=training)
    assert y.shape[0] == 0
    assert layer.backward(np.zeros_like(y)).shape == x.shape
    for weight in layer.trainable_weights:
        np.testing.assert_array_equal(weight.grad, 0)
