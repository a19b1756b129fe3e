"""Bad input is refused before any work, by torch's name of the argument.

Most bad calls are rows of the suite's tables, where stands what the real torch does with them. Here
is what no table can hold: arguments that are refimpl's own, dtypes that are objects, what is left
behind.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

import refimpl.torch
from conformance.checks.errors import attempt
from conformance.programs.bad_calls import BAD_CALLS
from conformance.subjects.loading import load
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
    ("dtype", TypeError, lambda: nn.Conv2d(4, 6, 3, dtype=np.int64)),
    ("keep", ValueError, lambda: F.dropout(X, keep=np.ones(5, bool))),
    ("keep", TypeError, lambda: F.dropout(X, keep=f(6))),
    ("input", ValueError, lambda: F.relu_(np.broadcast_to(f(1), (3,)))),
    ("input", ValueError, lambda: F.dropout(np.broadcast_to(f(1), (3,)), inplace=True)),
    ("dtype", TypeError, lambda: F.softmax(X, 1, dtype=np.int64)),
]


@pytest.mark.parametrize("bad", BAD_CALLS["torch"], ids=lambda bad: "-".join(bad.words))
def test_bad_call_of_the_table_is_refused(bad):
    outcome = attempt(load("refimpl.torch").library(), bad)
    assert outcome.raised == bad.refuses
    assert re.search(rf"\b{bad.names}\b", outcome.message)
    assert re.search(r"\b(got|both)\b", outcome.message)


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
