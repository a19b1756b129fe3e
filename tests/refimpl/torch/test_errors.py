"""Bad input is refused before any work, by torch's name of the argument; torch refuses it too."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn

F = nn.functional


def f(*shape, dtype=np.float32):
    return np.ones(shape, dtype)


def ints(*values):
    return np.array(values, np.int64)


X = f(2, 4, 6, 6)
W = f(6, 4, 3, 3)
L = f(3, 2)

# The argument named in the message, the kind of error, the call.
BAD = [
    ("input", TypeError, lambda: F.conv2d([[1.0]], W)),
    ("input", TypeError, lambda: F.conv2d(X.astype(int), W)),
    ("input", ValueError, lambda: F.conv2d(X[0, 0], W)),
    ("input", ValueError, lambda: F.conv2d(X[:, :3], W)),
    ("input", ValueError, lambda: F.conv1d(X, f(6, 4, 3))),
    ("weight", TypeError, lambda: F.conv2d(X, W.astype(float))),
    ("weight", ValueError, lambda: F.conv2d(X, W[0])),
    ("weight", ValueError, lambda: F.conv2d(X, f(6, 4, 7, 7))),
    ("weight", ValueError, lambda: F.conv2d(X, W, dilation=3)),
    ("weight", ValueError, lambda: F.conv2d(X, f(6, 4, 0, 3))),
    ("bias", ValueError, lambda: F.conv2d(X, W, f(4))),
    ("bias", TypeError, lambda: F.conv2d(X, W, f(6, dtype=float))),
    ("stride", ValueError, lambda: F.conv2d(X, W, stride=0)),
    ("stride", ValueError, lambda: F.conv2d(X, W, stride=(1, 2, 3))),
    ("stride", TypeError, lambda: F.conv2d(X, W, stride=1.5)),
    ("padding", ValueError, lambda: F.conv2d(X, W, padding=-1)),
    ("padding", ValueError, lambda: F.conv2d(X, W, padding="causal")),
    ("padding", ValueError, lambda: F.conv2d(X, W, stride=2, padding="same")),
    ("dilation", ValueError, lambda: F.conv2d(X, W, dilation=(0, 1))),
    ("groups", ValueError, lambda: F.conv2d(X, W, groups=0)),
    ("groups", ValueError, lambda: F.conv2d(X, f(6, 1, 3, 3), groups=4)),
    ("groups", TypeError, lambda: F.conv2d(X, W, groups=1.0)),
    ("kernel_size", ValueError, lambda: nn.Conv2d(4, 6, 0)),
    ("kernel_size", ValueError, lambda: nn.Conv2d(4, 6, (3,))),
    ("in_channels", ValueError, lambda: nn.Conv2d(0, 6, 3)),
    ("in_channels", TypeError, lambda: nn.Conv2d((4,), 6, 3)),
    ("groups", TypeError, lambda: nn.Conv2d(4, 6, 3, groups=None)),
    ("in_channels", ValueError, lambda: nn.Conv2d(4, 6, 3, groups=3)),
    ("out_channels", ValueError, lambda: nn.Conv2d(4, 6, 3, groups=4)),
    ("groups", ValueError, lambda: nn.Conv2d(4, 6, 3, groups=0)),
    ("stride", ValueError, lambda: nn.Conv2d(4, 6, 3, stride=0)),
    ("padding", ValueError, lambda: nn.Conv2d(4, 6, 3, padding=-1)),
    ("padding", ValueError, lambda: nn.Conv2d(4, 6, 3, padding="full")),
    ("padding", ValueError, lambda: nn.Conv2d(4, 6, 3, 2, "same")),
    ("padding_mode", ValueError, lambda: nn.Conv2d(4, 6, 3, padding_mode="mirror")),
    ("bias", TypeError, lambda: nn.Conv2d(4, 6, 3, bias=None)),
    ("dtype", TypeError, lambda: nn.Conv2d(4, 6, 3, dtype=np.int64)),
    ("device", ValueError, lambda: nn.Conv2d(4, 6, 3, device="cuda")),
    ("pad", ValueError, lambda: nn.Conv2d(4, 6, 3, padding=6, padding_mode="reflect")(X)),
    ("kernel_size", ValueError, lambda: F.max_pool2d(X, 7)),
    ("kernel_size", ValueError, lambda: F.avg_pool2d(X, 0)),
    ("kernel_size", TypeError, lambda: nn.AvgPool2d(2.0)),
    ("kernel_size", ValueError, lambda: nn.AvgPool1d((2, 2))),
    ("stride", ValueError, lambda: F.max_pool2d(X, 2, 0)),
    ("stride", ValueError, lambda: nn.MaxPool2d(2, 0)),
    ("padding", ValueError, lambda: F.max_pool2d(X, 3, padding=2)),
    ("padding", ValueError, lambda: F.avg_pool2d(X, 2, padding=-1)),
    ("padding", ValueError, lambda: nn.AvgPool2d(2, padding=2)),
    ("dilation", ValueError, lambda: F.max_pool2d(X, 2, dilation=0)),
    ("divisor_override", ValueError, lambda: F.avg_pool2d(X, 2, divisor_override=0)),
    ("divisor_override", TypeError, lambda: nn.AvgPool3d(2, divisor_override=1.5)),
    ("ceil_mode", TypeError, lambda: F.max_pool2d(X, 2, ceil_mode=1)),
    ("return_indices", TypeError, lambda: nn.MaxPool1d(2, return_indices="yes")),
    ("input", ValueError, lambda: F.avg_pool1d(X, 2)),
    ("input", ValueError, lambda: nn.MaxPool3d(2)(X[0])),
    ("input", ValueError, lambda: F.linear(X, f(2, 5))),
    ("input", ValueError, lambda: F.linear(np.float32(1.0), f(2, 1))),
    ("input", ValueError, lambda: nn.Linear(3, 4)(f(2, 4))),
    ("weight", TypeError, lambda: nn.Linear(3, 4)(f(2, 3, dtype=float))),
    ("weight", ValueError, lambda: F.linear(X, f(2, 6, 1))),
    ("bias", ValueError, lambda: F.linear(X, f(2, 6), f(3))),
    ("in_features", ValueError, lambda: nn.Linear(-1, 3)),
    ("out_features", TypeError, lambda: nn.Linear(3, 3.0)),
    ("more than 1 value per channel", ValueError, lambda: nn.BatchNorm1d(3)(f(1, 3))),
    ("input", ValueError, lambda: nn.BatchNorm1d(4)(X)),
    ("input", ValueError, lambda: nn.BatchNorm2d(4)(X[0])),
    ("num_features", ValueError, lambda: nn.BatchNorm2d(3)(X)),
    ("num_features", ValueError, lambda: nn.BatchNorm2d(-3)),
    ("eps", ValueError, lambda: nn.BatchNorm2d(4, eps=0.0)),
    ("momentum", TypeError, lambda: nn.BatchNorm2d(4, momentum="fast")),
    ("input", ValueError, lambda: F.batch_norm(f(3), None, None, training=True)),
    ("running_mean", ValueError, lambda: F.batch_norm(X, None, None)),
    ("running_mean", ValueError, lambda: F.batch_norm(X, f(3), f(3))),
    ("running_var", ValueError, lambda: F.batch_norm(X, f(4), None, training=True)),
    ("running_mean", TypeError, lambda: F.batch_norm(X, f(4, dtype=float), f(4))),
    ("running_mean", TypeError, lambda: nn.BatchNorm2d(4)(X.astype(float))),
    ("eps", ValueError, lambda: F.batch_norm(X, None, None, training=True, eps=-1.0)),
    ("training", TypeError, lambda: F.batch_norm(X, None, None, training="yes")),
    ("spatial element", ValueError, lambda: nn.InstanceNorm2d(4)(X[:, :, :1, :1])),
    ("input", ValueError, lambda: nn.InstanceNorm2d(4)(X[0, 0])),
    ("num_features", ValueError, lambda: nn.InstanceNorm2d(3, affine=True)(X)),
    ("running_mean", ValueError, lambda: F.instance_norm(X, use_input_stats=False)),
    ("p must be in [0, 1]", ValueError, lambda: F.dropout(X, 1.5)),
    ("p must be in [0, 1]", ValueError, lambda: F.dropout2d(X, float("nan"))),
    ("p must be in [0, 1]", ValueError, lambda: nn.Dropout(-0.1)),
    ("p must be a number", TypeError, lambda: nn.Dropout3d("half")),
    ("input", ValueError, lambda: F.dropout1d(X)),
    ("input", TypeError, lambda: F.dropout(ints(1, 2))),
    ("keep", ValueError, lambda: F.dropout(X, keep=np.ones(5, bool))),
    ("keep", TypeError, lambda: F.dropout(X, keep=f(6))),
    ("inplace", TypeError, lambda: nn.ReLU(1)),
    ("input", TypeError, lambda: F.relu(ints(1))),
    ("input", TypeError, lambda: nn.Tanh()(1.0)),
    ("input", ValueError, lambda: F.relu_(np.broadcast_to(f(1), (3,)))),
    ("input", ValueError, lambda: F.dropout(np.broadcast_to(f(1), (3,)), inplace=True)),
    ("negative_slope", TypeError, lambda: nn.LeakyReLU("steep")),
    ("alpha", ValueError, lambda: F.celu(X, 0.0)),
    ("alpha", ValueError, lambda: nn.CELU(0)),
    ("alpha", TypeError, lambda: F.elu(X, None)),
    ("approximate", ValueError, lambda: F.gelu(X, "erf")),
    ("approximate", ValueError, lambda: nn.GELU("sigmoid")),
    ("min_val", ValueError, lambda: F.hardtanh(X, 1.0, -1.0)),
    ("min_val", ValueError, lambda: nn.Hardtanh(1.0, 1.0)),
    ("weight", ValueError, lambda: F.prelu(X, f(3))),
    ("weight", ValueError, lambda: F.prelu(X, f(4, 1))),
    ("weight", TypeError, lambda: F.prelu(X, f(1, dtype=float))),
    ("num_parameters", ValueError, lambda: nn.PReLU(0)),
    ("dim", ValueError, lambda: F.softmax(X, 4)),
    ("dim", ValueError, lambda: nn.LogSoftmax(-5)(X)),
    ("dim", TypeError, lambda: F.softmax(X, 1.0)),
    ("dtype", TypeError, lambda: F.softmax(X, 1, dtype=np.int64)),
    ("pad", ValueError, lambda: F.pad(X, (1,))),
    ("pad", ValueError, lambda: F.pad(X, (1,) * 10)),
    ("pad", ValueError, lambda: F.pad(X, (-4, -4))),
    ("pad", ValueError, lambda: F.pad(X, (6, 0, 0, 0), "reflect")),
    ("pad", ValueError, lambda: F.pad(X, (7, 0, 0, 0), "circular")),
    ("pad", ValueError, lambda: F.pad(X, (1, 1), "reflect")),
    ("pad", TypeError, lambda: F.pad(X, (1.0, 1.0))),
    ("mode", ValueError, lambda: F.pad(X, (1, 1), "edge")),
    ("value", ValueError, lambda: F.pad(X, (1, 1, 1, 1), "reflect", 1.0)),
    ("target", ValueError, lambda: F.cross_entropy(L, ints(2, 0, 1))),
    ("target", ValueError, lambda: F.cross_entropy(L, ints(-1, 0, 1))),
    ("target", ValueError, lambda: F.cross_entropy(L, ints(0, 1))),
    ("target", TypeError, lambda: F.cross_entropy(L, ints(0, 1, 0).astype(np.int32))),
    ("target", TypeError, lambda: F.cross_entropy(L, [0, 1, 0])),
    ("target", ValueError, lambda: F.cross_entropy(L, f(3, 3))),
    ("target", TypeError, lambda: F.cross_entropy(L, f(3, 2, dtype=float))),
    ("target", TypeError, lambda: F.nll_loss(L, f(3, 2))),
    ("target", ValueError, lambda: nn.NLLLoss()(L, ints(2, 0, 1))),
    ("input", ValueError, lambda: F.cross_entropy(np.float32(1.0), ints(0)[0])),
    ("weight", ValueError, lambda: F.cross_entropy(L, ints(0, 1, 0), f(3))),
    ("weight", TypeError, lambda: F.cross_entropy(L, ints(0, 1, 0), f(2, dtype=float))),
    ("weight", ValueError, lambda: nn.NLLLoss(f(2, 2))),
    ("reduction", ValueError, lambda: F.cross_entropy(L, ints(0, 1, 0), reduction="max")),
    ("reduction", ValueError, lambda: nn.CrossEntropyLoss(reduction="batchmean")),
    ("label_smoothing", ValueError, lambda: nn.CrossEntropyLoss(label_smoothing=1.5)),
    ("label_smoothing", ValueError, lambda: F.cross_entropy(L, L, label_smoothing=-0.1)),
    ("ignore_index", ValueError, lambda: F.cross_entropy(L, L, ignore_index=1)),
    ("ignore_index", TypeError, lambda: nn.CrossEntropyLoss(ignore_index=None)),
    ("start_dim", ValueError, lambda: nn.Flatten(3)(L)),
    ("end_dim", ValueError, lambda: nn.Flatten(1, 0)(L)),
]


@pytest.mark.parametrize("row", range(len(BAD)))
def test_bad_call_is_refused(row):
    words, kind, call = BAD[row]
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "got" in str(caught.value) or "both" in str(caught.value)


def test_refused_norm_leaves_its_state_alone():
    layer = nn.BatchNorm1d(3)
    with pytest.raises(ValueError, match="more than 1"):
        layer(f(1, 3))
    assert layer.num_batches_tracked == 0
    np.testing.assert_array_equal(layer.running_mean, 0.0)


def test_mismatched_instance_norm_without_parameters_only_warns():
    with pytest.warns(UserWarning, match="num_features"):
        assert nn.InstanceNorm2d(3)(X).shape == X.shape


def test_bfloat16_is_asked_for_by_name():
    pytest.importorskip("ml_dtypes")
    assert nn.Linear(2, 2).bfloat16().weight.dtype == refimpl.torch.bfloat16
