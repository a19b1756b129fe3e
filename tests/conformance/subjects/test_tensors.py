"""The base class for libraries with tensors of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import conformance
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.subjects.roster import roster_of


class Wrapped:
    """A tensor that NumPy does not know."""

    def __init__(self, values):
        self.values = values


def leaky_relu(x, slope=0.01):
    assert isinstance(x, Wrapped)
    return Wrapped(np.where(x.values > 0, x.values, x.values * x.values.dtype.type(slope)))


def batch_norm(input, running_mean, running_var, weight=None, bias=None, **arguments):
    for tensor in (running_mean, running_var):
        tensor.values = tensor.values + 1
    return input


class Wrapping(conformance.TensorSubject):
    """Takes and gives tensors."""

    name = "wrapping"
    dialect = "torch"
    words: Mapping[str, str] = {"negative_slope": "slope"}
    functions: Mapping[str, Any] = {
        "nn.functional.leaky_relu": leaky_relu,
        "nn.functional.batch_norm": batch_norm,
    }

    def tensor(self, array):
        return Wrapped(array.copy())

    def array(self, tensor):
        return tensor.values

    def pull(self, function, tensors, cotangents):
        assert isinstance(function(**tensors), Wrapped)
        x, bar = tensors["input"].values, cotangents[0].values
        return {"input": Wrapped(np.where(x > 0, bar, bar * x.dtype.type(0.375)))}


@pytest.mark.parametrize("aspect", ["output", "gradient"])
def test_tensors_go_in_out_and_back(aspect):
    roster = roster_of([Wrapping])
    session = Session(roster=roster)
    claims = [
        claim
        for claim in plan(roster, [aspect])
        if claim.case.id == "leaky_relu-slope3-normal-float32" and claim.form == "function"
    ]
    assert [judge(claim, session).verdict for claim in claims] == [Verdict.PASS]


def test_what_is_written_into_a_tensor_comes_back():
    arrays = {name: np.zeros(2, "float32") for name in ("input", "running_mean", "running_var")}
    subject = Wrapping()
    subject.call(batch_norm, arrays, {})
    assert [float(arrays[name][0]) for name in arrays] == [0, 1, 1]


def test_nothing_is_in_place():
    with pytest.raises(conformance.Unsupported, match="so nothing is in place"):
        Wrapping().call(leaky_relu, {"input": np.zeros(2)}, {"inplace": True})


def test_without_pull_there_are_no_gradients():
    subject = conformance.TensorSubject(name="bare", dialect="torch", functions={})
    with pytest.raises(conformance.Unsupported, match="no pull"):
        subject.pull(leaky_relu, {}, ())
