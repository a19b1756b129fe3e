"""`tf.nn`: functions of the input and of parameters that the caller keeps.

Each is called like TensorFlow's; `f.with_vjp(...)` returns the output and its vector-Jacobian
product.
"""

from __future__ import annotations

from refimpl.tf.nn import experimental
from refimpl.tf.nn.activation import (
    bias_add,
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)
from refimpl.tf.nn.convolution import conv1d, conv2d, conv3d, convolution, depthwise_conv2d
from refimpl.tf.nn.dropout import dropout
from refimpl.tf.nn.loss import (
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from refimpl.tf.nn.normalization import batch_normalization, moments
from refimpl.tf.nn.pooling import (
    avg_pool,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_with_argmax,
    pool,
)

__all__ = [
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_normalization",
    "bias_add",
    "conv1d",
    "conv2d",
    "conv3d",
    "convolution",
    "depthwise_conv2d",
    "dropout",
    "elu",
    "experimental",
    "gelu",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "moments",
    "pool",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
]
