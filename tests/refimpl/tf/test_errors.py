"""Bad calls raise before any work, and name the argument as TensorFlow does.

Most are rows of the suite's tables, where stands what the real TensorFlow does with them: some make
it abort the process or return uninitialised memory. Here is what no table can hold: functions
without a layer, and what is done to a layer after it is made.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import refimpl.tf as tf
from conformance.checks.errors import attempt
from conformance.programs.bad_calls import BAD_CALLS
from conformance.subjects.loading import load

nn, layers, losses = tf.nn, tf.keras.layers, tf.keras.losses
F = np.float32
X1, X2, X3 = (np.ones(shape, F) for shape in ((2, 7, 4), (2, 7, 6, 4), (2, 5, 6, 7, 4)))
K1, K2, K3 = (np.ones(shape, F) for shape in ((3, 4, 2), (3, 3, 4, 2), (2, 2, 2, 4, 2)))
DEPTHWISE = np.ones((3, 3, 4, 2), F)
LABELS, LOGITS = np.array([1, 0, 3]), np.ones((3, 4), F)
V = np.ones(4, F)
FIVE = [1] * 5


def built(layer, x):
    layer(x)
    return layer


# the argument, the exception, the call
BAD = [
    (
        "output_dtype",
        ValueError,
        lambda: nn.max_pool_with_argmax(X2, 2, 2, "SAME", output_dtype=np.int16),
    ),
    ("axes", ValueError, lambda: nn.moments(X2, [4])),
    ("axes", ValueError, lambda: nn.moments(X2, [0, -4])),
    ("axes", TypeError, lambda: nn.moments(X2, [0.5])),
    ("keep", TypeError, lambda: nn.dropout(X2, 0.5, keep=X2)),
    ("keep", ValueError, lambda: nn.dropout(X2, 0.5, keep=np.ones(3, bool))),
    ("seed", TypeError, lambda: tf.random.set_seed(0.5)),
    ("a", ValueError, lambda: tf.matmul(V, LOGITS)),
    ("b", ValueError, lambda: tf.matmul(LOGITS, LOGITS)),
    ("b", TypeError, lambda: tf.matmul(LOGITS, LOGITS.T.astype("f8"))),
    ("y", ValueError, lambda: tf.maximum(LOGITS, V[:3])),
    ("y", TypeError, lambda: tf.maximum(V, V.astype("f8"))),
    ("adjoint_a", ValueError, lambda: tf.matmul(X1, X1, transpose_a=True, adjoint_a=True)),
    ("activation", TypeError, lambda: layers.Activation(np.tanh)),
    ("scale", ValueError, lambda: tf.keras.initializers.VarianceScaling(scale=0)),
    ("mode", ValueError, lambda: tf.keras.initializers.VarianceScaling(mode="fan")),
    (
        "noise_shape",
        ValueError,
        lambda: layers.Dropout(0.5, noise_shape=(3, 1, 1, 4))(X2, training=True),
    ),
    ("weights", ValueError, lambda: built(layers.Dense(2), LOGITS).set_weights([V])),
    ("weights", ValueError, lambda: built(layers.Dense(2), LOGITS).set_weights([LOGITS, V])),
    ("value", ValueError, lambda: built(layers.Dense(2), LOGITS).kernel.assign(LOGITS)),
    ("input_shape", ValueError, lambda: built(layers.Dense(2), LOGITS).build((None, 3))),
    ("cotangent", ValueError, lambda: built(layers.Dense(2), LOGITS).backward(LOGITS)),
    ("layer", TypeError, lambda: tf.keras.Sequential([np.tanh])),
    ("layer", ValueError, lambda: tf.keras.Sequential([layers.ReLU(name="r")] * 2)),
    (
        "sample_weight",
        ValueError,
        lambda: losses.SparseCategoricalCrossentropy()(LABELS, LOGITS, sample_weight=[1.0, 2.0]),
    ),
]


@pytest.mark.parametrize("bad", BAD_CALLS["tf"], ids=lambda bad: "-".join(bad.words))
def test_bad_call_of_the_table_is_refused(bad):
    outcome = attempt(load("refimpl.tf").library(), bad)
    assert outcome.raised == bad.refuses
    assert re.search(rf"\b{bad.names}\b", outcome.message)
    assert re.search(r"\b(got|both)\b", outcome.message)


@pytest.mark.parametrize("number", range(len(BAD)))
def test_a_bad_call_names_its_argument(number):
    argument, exception, call = BAD[number]
    with pytest.raises(exception) as caught:
        call()
    message = str(caught.value)
    assert re.match(rf"{re.escape(argument)}\b", message), message
    assert "; got " in message, message


def test_backward_needs_a_call():
    for thing in (layers.Dense(2), losses.SparseCategoricalCrossentropy()):
        with pytest.raises(RuntimeError, match="must be called before backward"):
            thing.backward(np.ones(3, F))


def test_a_refused_call_leaves_the_layer_unbuilt():
    layer = layers.Conv2D(4, 7)
    with pytest.raises(ValueError, match="kernel_size"):
        layer(X2)
    assert not layer.built
    assert layer.weights == []
