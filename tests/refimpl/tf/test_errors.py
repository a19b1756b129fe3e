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
    ("generator", TypeError, lambda: nn.dropout(X2, 0.5, generator=3)),
    ("seed", TypeError, lambda: tf.keras.random.dropout(X2, 0.5, seed=np.random.default_rng())),
    ("copy_from", TypeError, lambda: tf.random.Generator(copy_from=3)),
    ("counter", TypeError, lambda: tf.random.Generator.from_key_counter(1, 2, "philox")),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, 2**63, "SAME")),
    ("dilations", ValueError, lambda: nn.conv2d(X2, K2, 1, "SAME", dilations=[2**62, 1])),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [[0, 0], [2**62, 0], [0, 0], [0, 0]])),
    ("ksize", ValueError, lambda: nn.avg_pool2d(X2, 2**31, 1, "VALID")),
    ("strides", ValueError, lambda: layers.Conv2D(2, 3, strides=2**63)),
    ("units", ValueError, lambda: layers.Dense(2**62)),
    ("axis", ValueError, lambda: nn.softmax(X2, axis=2**63)),
    ("alpha", ValueError, lambda: nn.leaky_relu(X2, alpha=10**400)),
    ("shape", ValueError, lambda: tf.random.uniform([2**40])),
    ("features", TypeError, lambda: nn.relu(np.ones(3, np.longdouble))),
    ("features", TypeError, lambda: nn.relu(np.ones(3, object))),
    ("features", TypeError, lambda: nn.relu(np.zeros(3, [("a", "f4")]))),
    ("features", TypeError, lambda: nn.relu([[1.0, 2.0], [3.0]])),
    ("inputs", TypeError, lambda: layers.ReLU()(np.ones((2, 3), np.longdouble))),
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
    ("layers", TypeError, lambda: tf.keras.Sequential([np.tanh])),
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


TWO = np.int64(2)
# NumPy's integers are integers everywhere.
EQUAL = {
    "max_pool2d": lambda n: nn.max_pool2d(X2, n, n, "VALID"),
    "conv2d": lambda n: nn.conv2d(X2, K2, [n, n], "SAME"),
    "Conv2D": lambda n: layers.Conv2D(n, n, strides=n, groups=n, kernel_initializer="ones")(X2),
    "MaxPooling2D": lambda n: layers.MaxPooling2D(n, strides=(n, n))(X2),
    "softmax": lambda n: nn.softmax(X2, axis=n),
    "stateless_uniform": lambda n: tf.random.stateless_uniform([n, n], [n, n]),
}


@pytest.mark.parametrize("call", EQUAL.values(), ids=list(EQUAL))
def test_integers_of_numpy_are_integers(call):
    np.testing.assert_array_equal(call(TWO), call(2))


# TensorFlow converts arrays of another byte order, so all that takes arrays does.
SWAPPED = {
    "gelu": (nn.gelu, X2),
    "conv2d": (lambda x, k: nn.conv2d(x, k, 1, "SAME"), X2, K2),
    "fused": (lambda x, s: tf.compat.v1.nn.fused_batch_norm(x, s, s)[0], X2, V),
    "BatchNormalization": (lambda x: layers.BatchNormalization()(x, training=True), X2),
    "Dense": (layers.Dense(3, kernel_initializer="ones"), LOGITS),
    "matmul": (tf.matmul, LOGITS, LOGITS.T),
    "loss": (losses.SparseCategoricalCrossentropy(), LABELS, LOGITS),
}


@pytest.mark.parametrize(
    ("call", "arrays"), [(f, a) for f, *a in SWAPPED.values()], ids=list(SWAPPED)
)
def test_arrays_of_another_byte_order_are_converted(call, arrays):
    swapped = [array.astype(array.dtype.newbyteorder()) for array in arrays]
    output = call(*swapped)
    assert output.dtype.isnative
    np.testing.assert_array_equal(output, call(*arrays))


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
