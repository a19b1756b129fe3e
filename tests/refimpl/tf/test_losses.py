"""`keras.losses` against the real Keras: values, gradients, reductions, dtypes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import refimpl.tf as tf

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _the_same_numbers_in_any_order():
    global RNG
    RNG = np.random.default_rng(0)


LOGITS = RNG.normal(size=(3, 5, 4))
LABELS = RNG.integers(0, 4, (3, 5))
SOFT = RNG.dirichlet(np.ones(4), (3, 5))
PROBABILITIES = RNG.dirichlet(np.ones(4), (3, 5))
# Not normalised, with certain and impossible classes, and with elements at the clips.
ROUGH = np.array(
    [
        [0.0, 0.5, 0.5, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.2, 0.2, 0.2, 0.2],
        [3.0, 1.0, 0.5, 0.5],
        [1e-7, 1 - 1e-7, 0.0, 0.0],
    ]
)
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]
WEIGHTS = [None, 2.0, RNG.uniform(0.5, 2, (3, 1)), RNG.uniform(0.5, 2, (3, 5))]
# Keras divides a masked sum by kept + 1e-7 or so in places: one part in 1e7 is granted to that.
MASKED = {"rtol": 1e-6, "atol": 1e-9}
EXACT = {"rtol": 1e-11, "atol": 1e-12}


def compare(tensorflow, ours, real, y_true, y_pred, weight=None, tolerance=EXACT):
    constant = tensorflow.constant(y_pred)
    with tensorflow.GradientTape() as tape:
        tape.watch(constant)
        theirs = real(y_true, constant, sample_weight=weight)
        loss = tensorflow.reduce_sum(theirs)
    gradient = tape.gradient(loss, constant)
    mine = ours(y_true, y_pred, sample_weight=weight)
    assert mine.shape == theirs.shape
    assert mine.dtype.name == theirs.dtype.name
    np.testing.assert_allclose(mine, theirs.numpy(), **tolerance)
    bar = ours.backward(np.ones(mine.shape, mine.dtype))
    assert bar.shape == y_pred.shape
    assert bar.dtype == y_pred.dtype
    if gradient is not None:
        np.testing.assert_allclose(bar, gradient.numpy(), **tolerance)


@pytest.mark.parametrize(("reduction", "weight"), list(itertools.product(REDUCTIONS, range(4))))
def test_reductions(tensorflow, keras, reduction, weight):
    arguments = {"from_logits": True, "reduction": reduction, "dtype": "float64"}
    for name, truth in (
        ("SparseCategoricalCrossentropy", LABELS),
        ("CategoricalCrossentropy", SOFT),
    ):
        ours = getattr(tf.keras.losses, name)(**arguments)
        real = getattr(keras.losses, name)(**arguments)
        compare(tensorflow, ours, real, truth, LOGITS, WEIGHTS[weight])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [0, 3])
@pytest.mark.parametrize("ignore_class", [0, -1])
def test_ignore_class(tensorflow, keras, reduction, weight, ignore_class):
    arguments = {"from_logits": True, "reduction": reduction, "dtype": "float64"}
    arguments["ignore_class"] = ignore_class
    labels = LABELS.copy()
    labels[0, 0] = ignore_class
    ours = tf.keras.losses.SparseCategoricalCrossentropy(**arguments)
    real = keras.losses.SparseCategoricalCrossentropy(**arguments)
    compare(tensorflow, ours, real, labels, LOGITS, WEIGHTS[weight], MASKED)


def test_ignoring_everything_is_zero(tensorflow, keras):
    arguments = {"from_logits": True, "ignore_class": 2, "dtype": "float64"}
    ours = tf.keras.losses.SparseCategoricalCrossentropy(**arguments)
    real = keras.losses.SparseCategoricalCrossentropy(**arguments)
    compare(tensorflow, ours, real, np.full((3, 5), 2), LOGITS)


@pytest.mark.parametrize("probabilities", ["smooth", "rough"])
def test_probabilities(tensorflow, keras, probabilities):
    p = PROBABILITIES[0] if probabilities == "smooth" else ROUGH
    for labels in np.array([[1, 0, 3, 2, 0], [0, 0, 1, 0, 1], [2, 3, 0, 0, 2]]):
        ours = tf.keras.losses.SparseCategoricalCrossentropy(reduction="sum", dtype="float64")
        real = keras.losses.SparseCategoricalCrossentropy(reduction="sum", dtype="float64")
        compare(tensorflow, ours, real, labels, p)
        ours = tf.keras.losses.CategoricalCrossentropy(reduction="sum", dtype="float64")
        real = keras.losses.CategoricalCrossentropy(reduction="sum", dtype="float64")
        compare(tensorflow, ours, real, np.eye(4)[labels], p)
        compare(tensorflow, ours, real, SOFT[0], p)


@pytest.mark.parametrize("axis", [-1, 1, 0])
@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("smoothing", [0.0, 0.25])
def test_categorical_over_an_axis(tensorflow, keras, axis, from_logits, smoothing):
    arguments = {"axis": axis, "from_logits": from_logits, "label_smoothing": smoothing}
    ours = tf.keras.losses.CategoricalCrossentropy(**arguments, dtype="float64")
    real = keras.losses.CategoricalCrossentropy(**arguments, dtype="float64")
    compare(tensorflow, ours, real, SOFT, LOGITS if from_logits else PROBABILITIES)


def test_labels_of_other_forms(tensorflow, keras):
    for truth in (LABELS[0][:, None], LABELS[0].astype(np.float32), LABELS[0].astype(np.uint8)):
        ours = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
        real = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
        compare(tensorflow, ours, real, truth, LOGITS[0])
    ours = tf.keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    real = keras.losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    compare(tensorflow, ours, real, np.eye(4, dtype=np.int64)[LABELS[0]], LOGITS[0])


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "none"])
def test_weights_of_one_more_dimension(tensorflow, keras, reduction):
    arguments = {"from_logits": True, "reduction": reduction, "dtype": "float64"}
    weight = np.arange(1.0, 6.0)[:, None]
    ours = tf.keras.losses.SparseCategoricalCrossentropy(**arguments)
    real = keras.losses.SparseCategoricalCrossentropy(**arguments)
    compare(tensorflow, ours, real, LABELS[0], LOGITS[0], weight)


@pytest.mark.parametrize("dtype", [None, "float16", "bfloat16", "float64"])
@pytest.mark.parametrize("given", [np.float16, np.float32, np.float64])
def test_the_loss_computes_in_its_own_dtype(tensorflow, keras, dtype, given):
    ours = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype)
    real = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype)
    unit = {None: 1e-6, "float64": 1e-13, "float16": 4e-3, "bfloat16": 3e-2}[dtype]
    if given is np.float16:
        unit = max(unit, 4e-3)
    compare(
        tensorflow, ours, real, LABELS, LOGITS.astype(given), tolerance={"rtol": unit, "atol": unit}
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_functions_keep_the_dtype(keras, dtype):
    z = LOGITS.astype(dtype)
    tolerance = {"float16": 2e-3, "float32": 1e-6, "float64": 1e-13}[dtype]
    for name, truth in (
        ("sparse_categorical_crossentropy", LABELS),
        ("categorical_crossentropy", SOFT),
    ):
        mine = getattr(tf.keras.losses, name)(truth, z, from_logits=True)
        theirs = getattr(keras.losses, name)(truth, z, from_logits=True).numpy()
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(mine, theirs, rtol=tolerance)


def test_the_function_gives_ignored_labels_no_loss(keras):
    mine = tf.keras.losses.sparse_categorical_crossentropy(LABELS, LOGITS, True, ignore_class=1)
    theirs = keras.losses.sparse_categorical_crossentropy(LABELS, LOGITS, True, ignore_class=1)
    np.testing.assert_allclose(mine, theirs.numpy(), rtol=1e-13)
    assert (mine[LABELS == 1] == 0).all()


def test_an_empty_batch(keras):
    for reduction in REDUCTIONS:
        ours = tf.keras.losses.SparseCategoricalCrossentropy(True, reduction=reduction)
        real = keras.losses.SparseCategoricalCrossentropy(True, reduction=reduction)
        z, labels = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
        np.testing.assert_array_equal(ours(labels, z), real(labels, z).numpy())
        assert ours.backward(np.zeros_like(ours(labels, z))).shape == (0, 4)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_ignore_class_among_probabilities(tensorflow, keras, reduction):
    arguments = {"reduction": reduction, "ignore_class": 2, "dtype": "float64"}
    ours = tf.keras.losses.SparseCategoricalCrossentropy(**arguments)
    real = keras.losses.SparseCategoricalCrossentropy(**arguments)
    compare(tensorflow, ours, real, LABELS, 1.7 * PROBABILITIES, tolerance=MASKED)


def test_a_loss_of_ones_own():
    class Squares(tf.keras.losses.Loss):
        def _compute_losses(self, y_true, y_pred):
            off = y_pred - y_true
            return (off**2).sum(-1), lambda bar: (None, 2 * off * bar[..., None])

    loss = Squares(dtype="float64")
    assert loss(np.zeros((2, 3)), np.ones((2, 3))) == 3
    np.testing.assert_array_equal(loss.backward(), np.ones((2, 3)))


def test_names_follow_keras(keras):
    for name in ("SparseCategoricalCrossentropy", "CategoricalCrossentropy"):
        assert getattr(tf.keras.losses, name)().name == getattr(keras.losses, name)().name
        assert getattr(tf.keras.losses, name)().dtype == getattr(keras.losses, name)().dtype
