"""Bad calls raise before any work, and name the argument as TensorFlow does.

Some of them make the real TensorFlow abort the process or return uninitialised memory.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import refimpl.tf as tf

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
    # convolution functions
    ("input", ValueError, lambda: nn.conv2d(X1, K2, 1, "SAME")),
    ("input", ValueError, lambda: nn.conv1d(X1[0], K1, 1, "SAME")),
    ("input", ValueError, lambda: nn.conv3d(X2, K3, FIVE, "SAME")),
    ("input", ValueError, lambda: nn.conv3d(np.ones((1, 2, 5, 6, 7, 4), F), K3, FIVE, "SAME")),
    ("input", TypeError, lambda: nn.conv2d(X2.astype(int), K2, 1, "SAME")),
    ("input", TypeError, lambda: nn.conv2d("image", K2, 1, "SAME")),
    ("input", ValueError, lambda: nn.conv2d(X2[..., :0], K2, 1, "SAME")),
    ("input", ValueError, lambda: nn.conv2d(X2[:, :0], K2, 1, "SAME")),
    ("filters", TypeError, lambda: nn.conv2d(X2, K2.astype("f8"), 1, "SAME")),
    ("filters", ValueError, lambda: nn.conv2d(X2, K1, 1, "SAME")),
    ("filters", ValueError, lambda: nn.conv2d(X2, K2[:, :, :3], 1, "SAME")),
    ("filters", ValueError, lambda: nn.conv2d(X2, np.ones((3, 3, 2, 3), F), 1, "SAME")),
    ("filters", ValueError, lambda: nn.conv2d(X2, K2[:0], 1, "SAME")),
    ("filters", ValueError, lambda: nn.conv2d(X2, np.ones((8, 3, 4, 2), F), 1, "VALID")),
    ("filters", ValueError, lambda: nn.conv2d(X2, K2, 1, "VALID", dilations=4)),
    ("filters", ValueError, lambda: nn.convolution(np.ones((2, 4), F), np.ones((4, 2), F))),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, 0, "SAME")),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, -1, "SAME")),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, [1, 1, 1], "SAME")),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, [2, 1, 1, 1], "SAME")),
    ("strides", ValueError, lambda: nn.conv2d(X2, K2, [1, 1, 1, 2], "SAME")),
    ("strides", TypeError, lambda: nn.conv2d(X2, K2, 1.5, "SAME")),
    ("strides", TypeError, lambda: nn.conv2d(X2, K2, True, "SAME")),
    ("strides", TypeError, lambda: nn.conv2d(X2, K2, "2", "SAME")),
    ("strides", TypeError, lambda: nn.conv3d(X3, K3, 1, "SAME")),
    ("strides", ValueError, lambda: nn.conv3d(X3, K3, [1, 1, 1], "SAME")),
    ("strides", ValueError, lambda: nn.convolution(X2, K2, strides=2, dilations=2)),
    ("stride", ValueError, lambda: nn.conv1d(X1, K1, 0, "SAME")),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, "same")),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, "CAUSAL")),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, 1)),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [[1, 1], [1, 1]])),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [0, 1, 1, 0])),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [[0, 0], [-1, 1], [0, 0], [0, 0]])),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [[1, 0], [0, 1], [0, 0], [0, 0]])),
    ("padding", ValueError, lambda: nn.conv2d(X2, K2, 1, [[0, 0], [0.5, 1], [0, 0], [0, 0]])),
    ("padding", ValueError, lambda: nn.conv1d(X1, K1, 1, [[0, 0], [1, 1], [0, 0]])),
    ("data_format", ValueError, lambda: nn.conv2d(X2, K2, 1, "SAME", data_format="HWNC")),
    ("data_format", ValueError, lambda: nn.conv1d(X1, K1, 1, "SAME", data_format="NHWC")),
    ("dilations", ValueError, lambda: nn.conv2d(X2, K2, 1, "SAME", dilations=0)),
    ("dilations", ValueError, lambda: nn.conv2d(X2, K2, 1, "SAME", dilations=[1, 1, 1])),
    ("filter", ValueError, lambda: nn.depthwise_conv2d(X2, DEPTHWISE[:, :, :3], FIVE[:4], "SAME")),
    ("filter", ValueError, lambda: nn.depthwise_conv2d(X2, K1, FIVE[:4], "SAME")),
    ("strides", TypeError, lambda: nn.depthwise_conv2d(X2, DEPTHWISE, 1, "SAME")),
    (
        "strides",
        ValueError,
        lambda: nn.depthwise_conv2d(X2, DEPTHWISE, [1, 2, 2, 1], "SAME", dilations=[2, 2]),
    ),
    ("input", ValueError, lambda: nn.depthwise_conv2d(X1, DEPTHWISE, FIVE[:4], "SAME")),
    # pooling functions
    ("input", ValueError, lambda: nn.max_pool2d(X1, 2, 2, "SAME")),
    ("input", TypeError, lambda: nn.avg_pool2d(X2.astype(int), 2, 2, "SAME")),
    ("input", ValueError, lambda: nn.max_pool(V, 2, 2, "SAME")),
    ("ksize", ValueError, lambda: nn.max_pool2d(X2, 8, 1, "VALID")),
    ("ksize", ValueError, lambda: nn.avg_pool2d(X2, [7, 7], 1, "VALID")),
    ("ksize", ValueError, lambda: nn.max_pool2d(X2, 0, 1, "VALID")),
    ("ksize", ValueError, lambda: nn.max_pool2d(X2, [1, 1, 1, 2], 1, "VALID")),
    ("ksize", ValueError, lambda: nn.max_pool2d(X2, None, 1, "VALID")),
    ("strides", ValueError, lambda: nn.max_pool2d(X2, 2, 0, "VALID")),
    ("padding", ValueError, lambda: nn.avg_pool2d(X2, 2, 2, [[0, 0], [1, 0], [0, 0], [0, 0]])),
    ("padding", ValueError, lambda: nn.max_pool2d(X2, 2, 2, [[0, 0], [2, 0], [0, 0], [0, 0]])),
    ("padding", ValueError, lambda: nn.max_pool2d(X2, 2, 2, "same")),
    ("data_format", ValueError, lambda: nn.max_pool(X1, 2, 2, "SAME", data_format="NHWC")),
    ("data_format", ValueError, lambda: nn.max_pool_with_argmax(X2, 2, 2, "SAME", "NCHW")),
    (
        "output_dtype",
        ValueError,
        lambda: nn.max_pool_with_argmax(X2, 2, 2, "SAME", output_dtype=np.int16),
    ),
    ("pooling_type", ValueError, lambda: nn.pool(X2, [2, 2], "SUM")),
    ("window_shape", TypeError, lambda: nn.pool(X2, 2, "AVG")),
    ("window_shape", ValueError, lambda: nn.pool(X2, [9, 2], "AVG")),
    ("strides", ValueError, lambda: nn.pool(X2, [2, 2], "AVG", strides=[2, 2], dilations=[2, 2])),
    ("padding", ValueError, lambda: nn.pool(X2, [2, 2], "AVG", padding="SAME", dilations=[2, 2])),
    # the other functions
    ("axes", ValueError, lambda: nn.moments(X2, [4])),
    ("axes", ValueError, lambda: nn.moments(X2, [0, -4])),
    ("axes", TypeError, lambda: nn.moments(X2, [0.5])),
    ("mean", ValueError, lambda: nn.batch_normalization(X2, np.ones(3, F), V, None, None, 0.1)),
    ("scale", TypeError, lambda: nn.batch_normalization(X2, V, V, None, V.astype("f8"), 0.1)),
    ("variance_epsilon", ValueError, lambda: nn.batch_normalization(X2, V, V, None, None, -1)),
    ("variance_epsilon", TypeError, lambda: nn.batch_normalization(X2, V, V, None, None, None)),
    ("x", ValueError, lambda: tf.compat.v1.nn.fused_batch_norm(X1, V, V)),
    ("scale", ValueError, lambda: tf.compat.v1.nn.fused_batch_norm(X2, V[:3], V)),
    ("mean", ValueError, lambda: tf.compat.v1.nn.fused_batch_norm(X2, V, V, is_training=False)),
    (
        "variance",
        ValueError,
        lambda: tf.compat.v1.nn.fused_batch_norm(X2, V, V, V, exponential_avg_factor=0.5),
    ),
    ("rate", ValueError, lambda: nn.dropout(X2, 1)),
    ("rate", ValueError, lambda: nn.dropout(X2, -0.1)),
    ("rate", TypeError, lambda: nn.dropout(X2, "half")),
    ("rate", TypeError, lambda: nn.dropout(X2, [0.5])),
    ("x", TypeError, lambda: nn.dropout(X2.astype(int), 0.5)),
    ("noise_shape", ValueError, lambda: nn.dropout(X2, 0.5, noise_shape=(3, 1, 1, 4))),
    ("noise_shape", ValueError, lambda: nn.dropout(X2, 0.5, noise_shape=(1, 2, 7, 6, 4))),
    ("keep", TypeError, lambda: nn.dropout(X2, 0.5, keep=X2)),
    ("keep", ValueError, lambda: nn.dropout(X2, 0.5, keep=np.ones(3, bool))),
    ("seed", TypeError, lambda: nn.dropout(X2, 0.5, seed="one")),
    ("seed", TypeError, lambda: tf.random.set_seed(0.5)),
    ("features", TypeError, lambda: nn.relu(np.ones(3, int))),
    ("alpha", TypeError, lambda: nn.leaky_relu(X2, "steep")),
    ("axis", ValueError, lambda: nn.softmax(X2, 4)),
    ("logits", ValueError, lambda: nn.softmax(F(1))),
    ("bias", ValueError, lambda: nn.bias_add(X2, V[:3])),
    ("value", ValueError, lambda: nn.bias_add(V, V)),
    ("data_format", ValueError, lambda: nn.bias_add(X2, V, "CN")),
    ("labels", ValueError, lambda: nn.sparse_softmax_cross_entropy_with_logits([1, 4, 0], LOGITS)),
    ("labels", ValueError, lambda: nn.sparse_softmax_cross_entropy_with_logits([1, -1, 0], LOGITS)),
    ("labels", ValueError, lambda: nn.sparse_softmax_cross_entropy_with_logits([1, 0], LOGITS)),
    ("labels", TypeError, lambda: nn.sparse_softmax_cross_entropy_with_logits([1.0] * 3, LOGITS)),
    ("labels", ValueError, lambda: nn.softmax_cross_entropy_with_logits(LOGITS[:, :3], LOGITS)),
    ("axis", ValueError, lambda: nn.softmax_cross_entropy_with_logits(LOGITS, LOGITS, 2)),
    ("a", ValueError, lambda: tf.matmul(V, LOGITS)),
    ("b", ValueError, lambda: tf.matmul(LOGITS, LOGITS)),
    ("b", TypeError, lambda: tf.matmul(LOGITS, LOGITS.T.astype("f8"))),
    ("y", ValueError, lambda: tf.maximum(LOGITS, V[:3])),
    ("y", TypeError, lambda: tf.maximum(V, V.astype("f8"))),
    ("adjoint_a", ValueError, lambda: tf.matmul(X1, X1, transpose_a=True, adjoint_a=True)),
    # layers: construction
    ("units", ValueError, lambda: layers.Dense(0)),
    ("units", TypeError, lambda: layers.Dense(2.5)),
    ("filters", ValueError, lambda: layers.Conv2D(0, 3)),
    ("filters", ValueError, lambda: layers.Conv2D(3, 3, groups=2)),
    ("groups", ValueError, lambda: layers.Conv2D(4, 3, groups=0)),
    ("kernel_size", ValueError, lambda: layers.Conv2D(4, 0)),
    ("kernel_size", ValueError, lambda: layers.Conv2D(4, (3, 3, 3))),
    ("kernel_size", TypeError, lambda: layers.Conv2D(4, "3")),
    ("strides", ValueError, lambda: layers.Conv2D(4, 3, strides=0)),
    ("strides", ValueError, lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2)),
    ("dilation_rate", ValueError, lambda: layers.Conv2D(4, 3, dilation_rate=0)),
    ("padding", ValueError, lambda: layers.Conv2D(4, 3, padding="causal")),
    ("padding", ValueError, lambda: layers.Conv1D(4, 3, padding="full")),
    ("data_format", ValueError, lambda: layers.Conv2D(4, 3, data_format="NHWC")),
    ("activation", ValueError, lambda: layers.Conv2D(4, 3, activation="rleu")),
    ("activation", TypeError, lambda: layers.Activation(np.tanh)),
    ("kernel_initializer", ValueError, lambda: layers.Dense(2, kernel_initializer="xavier")),
    ("kernel_regularizer", ValueError, lambda: layers.Dense(2, kernel_regularizer="l2")),
    ("bias_constraint", ValueError, lambda: layers.Conv2D(2, 3, bias_constraint="non_neg")),
    ("depth_multiplier", ValueError, lambda: layers.DepthwiseConv2D(3, depth_multiplier=0)),
    ("pool_size", ValueError, lambda: layers.MaxPooling2D(0)),
    ("pool_size", ValueError, lambda: layers.AveragePooling2D((2, 2, 2))),
    ("padding", ValueError, lambda: layers.MaxPooling2D(2, padding="causal")),
    ("momentum", ValueError, lambda: layers.BatchNormalization(momentum=1.5)),
    ("epsilon", ValueError, lambda: layers.BatchNormalization(epsilon=-1)),
    ("axis", TypeError, lambda: layers.BatchNormalization(axis=[1, 2])),
    ("renorm", ValueError, lambda: layers.BatchNormalization(renorm=True)),
    ("groups", ValueError, lambda: layers.GroupNormalization(groups=0)),
    ("rate", ValueError, lambda: layers.Dropout(1.5)),
    ("rate", TypeError, lambda: layers.Dropout("half")),
    ("seed", TypeError, lambda: layers.Dropout(0.5, seed="one")),
    ("noise_shape", ValueError, lambda: layers.Dropout(0.5, noise_shape=3)),
    ("noise_shape", ValueError, lambda: layers.Dropout(0.5, noise_shape=(-1, 1))),
    ("data_format", ValueError, lambda: layers.SpatialDropout2D(0.5, data_format="NHWC")),
    ("max_value", ValueError, lambda: layers.ReLU(max_value=-1)),
    ("negative_slope", ValueError, lambda: layers.ReLU(negative_slope=None)),
    ("negative_slope", ValueError, lambda: layers.LeakyReLU(-0.1)),
    ("threshold", ValueError, lambda: layers.ReLU(threshold=-1)),
    ("alpha", ValueError, lambda: tf.keras.activations.celu(X1, 0)),
    ("dtype", ValueError, lambda: layers.Dense(2, dtype="float8")),
    ("name", ValueError, lambda: layers.Dense(2, name="a/b")),
    ("Dense has no arguments", ValueError, lambda: layers.Dense(2, unitz=3)),
    ("scale", ValueError, lambda: tf.keras.initializers.VarianceScaling(scale=0)),
    ("mode", ValueError, lambda: tf.keras.initializers.VarianceScaling(mode="fan")),
    # layers: calls
    ("inputs", TypeError, lambda: layers.Dense(2)([[1.0, 2.0]])),
    ("inputs", TypeError, lambda: layers.ReLU()(np.ones(3, int))),
    ("inputs", ValueError, lambda: layers.Dense(2)(V)),
    ("inputs", ValueError, lambda: built(layers.Dense(2), LOGITS)(LOGITS[:, :3])),
    ("inputs", ValueError, lambda: layers.Conv2D(4, 3)(X1)),
    ("inputs", ValueError, lambda: layers.Conv2D(4, 3)(X3)),
    ("inputs", ValueError, lambda: layers.Conv2D(6, 3, groups=3)(X2)),
    ("inputs", ValueError, lambda: built(layers.Conv2D(4, 3), X2)(X2[..., :3])),
    ("kernel_size", ValueError, lambda: layers.Conv2D(4, 7)(X2)),
    ("pool_size", ValueError, lambda: layers.MaxPooling2D(7)(X2)),
    ("pool_size", ValueError, lambda: layers.AveragePooling2D(9)(X2)),
    ("inputs", ValueError, lambda: layers.MaxPooling2D()(X1)),
    ("inputs", ValueError, lambda: layers.SpatialDropout2D(0.5)(X1)),
    ("axis", ValueError, lambda: layers.BatchNormalization(axis=4)(X2)),
    ("inputs", ValueError, lambda: built(layers.BatchNormalization(), X2)(X2[..., :3])),
    ("inputs", ValueError, lambda: layers.BatchNormalization()(V)),
    ("groups", ValueError, lambda: layers.GroupNormalization(groups=3)(X2)),
    ("groups", ValueError, lambda: layers.GroupNormalization()(X2)),
    ("axis", ValueError, lambda: layers.GroupNormalization(groups=-1, axis=0)(X2)),
    ("axis", ValueError, lambda: layers.Softmax(axis=4)(X2)),
    ("shared_axes", ValueError, lambda: layers.PReLU(shared_axes=[4])(X2)),
    ("shared_axes", ValueError, lambda: layers.PReLU(shared_axes=[0])(X2)),
    ("inputs", ValueError, lambda: built(layers.PReLU(), X2)(X2[:, :3])),
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
    # losses
    ("reduction", ValueError, lambda: losses.SparseCategoricalCrossentropy(reduction="auto")),
    ("label_smoothing", ValueError, lambda: losses.CategoricalCrossentropy(label_smoothing=1.5)),
    ("ignore_class", TypeError, lambda: losses.SparseCategoricalCrossentropy(ignore_class=0.5)),
    ("y_true", ValueError, lambda: losses.SparseCategoricalCrossentropy()(LABELS + 1, LOGITS)),
    ("y_true", ValueError, lambda: losses.SparseCategoricalCrossentropy()(-LABELS, LOGITS)),
    ("y_true", ValueError, lambda: losses.SparseCategoricalCrossentropy()(LABELS[:2], LOGITS)),
    ("y_true", ValueError, lambda: losses.SparseCategoricalCrossentropy()(LABELS / 2, LOGITS)),
    ("y_true", ValueError, lambda: losses.CategoricalCrossentropy()(LOGITS[:1], LOGITS)),
    ("y_pred", TypeError, lambda: losses.SparseCategoricalCrossentropy()(LABELS, LABELS)),
    ("axis", ValueError, lambda: losses.SparseCategoricalCrossentropy(axis=0)(LABELS, LOGITS)),
    (
        "sample_weight",
        ValueError,
        lambda: losses.SparseCategoricalCrossentropy()(LABELS, LOGITS, sample_weight=[1.0, 2.0]),
    ),
]


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
