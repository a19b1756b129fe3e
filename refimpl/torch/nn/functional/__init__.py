"""The functions of `torch.nn.functional`, on NumPy arrays.

Each returns its output; its `with_vjp` returns `(output, vjp)`, see
`refimpl.differentiable.Differentiable`.
"""

from __future__ import annotations

from refimpl.torch.nn.functional._activation import (
    celu,
    elu,
    gelu,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)
from refimpl.torch.nn.functional._activation_in_place import (
    celu_,
    elu_,
    hardtanh_,
    leaky_relu_,
    relu_,
    selu_,
)
from refimpl.torch.nn.functional._alpha_dropout import alpha_dropout, feature_alpha_dropout
from refimpl.torch.nn.functional._conv import conv1d, conv2d, conv3d
from refimpl.torch.nn.functional._dropout import dropout, dropout1d, dropout2d, dropout3d
from refimpl.torch.nn.functional._linear import linear
from refimpl.torch.nn.functional._loss import cross_entropy, nll_loss
from refimpl.torch.nn.functional._norm import batch_norm, instance_norm
from refimpl.torch.nn.functional._pad import pad
from refimpl.torch.nn.functional._pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool2d_with_indices,
    max_pool3d,
    max_pool3d_with_indices,
)
from refimpl.torch.nn.functional._softmax import log_softmax, softmax

__all__ = [
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "celu",
    "celu_",
    "conv1d",
    "conv2d",
    "conv3d",
    "cross_entropy",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "elu_",
    "feature_alpha_dropout",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "instance_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "log_softmax",
    "logsigmoid",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
    "mish",
    "nll_loss",
    "pad",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]
