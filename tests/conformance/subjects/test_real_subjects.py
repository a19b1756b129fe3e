"""A wrong argument in a call of the real PyTorch or TensorFlow turns a cell red."""

from __future__ import annotations

import functools
import warnings

import pytest

from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.layers.dialects import DIALECTS
from conformance.programs import all_cases
from conformance.spec.call import Unsupported
from conformance.spec.mutant import Mutant
from conformance.spec.transforms import change_argument
from conformance.subjects import loading
from conformance.subjects.loading import SUBJECTS
from conformance.subjects.mutated import MutatedSubject


def plus_one(sizes):
    return tuple(size + 1 for size in sizes)


def ones(sizes):
    return tuple(1 for _ in sizes)


def turned(sizes):
    return type(sizes)(reversed(sizes))


def to(value):
    return lambda old: value


def next_axis(axis):
    return (axis + 1) % 3


def other_reduction(reduction):
    return {"sum": "mean"}.get(reduction, "sum")


# Layer, aspect, argument, change.
TORCH = [
    ("conv2d", "output", "stride", plus_one),
    ("conv2d", "output", "stride", turned),
    ("conv2d", "output", "padding", lambda p: p if p == "same" else plus_one(p)),
    ("conv3d", "output", "dilation", ones),
    ("conv1d", "output", "padding_mode", to("zeros")),
    ("avg_pool2d", "output", "kernel_size", turned),
    ("avg_pool2d", "output", "stride", plus_one),
    ("avg_pool2d", "output", "ceil_mode", to(False)),
    ("avg_pool2d", "output", "count_include_pad", lambda include: not include),
    ("avg_pool2d", "output", "divisor_override", to(None)),
    ("avg_pool3d", "gradient", "divisor_override", to(7)),
    ("max_pool2d", "output", "dilation", ones),
    ("max_pool2d", "output", "stride", plus_one),
    ("batch_norm2d", "output", "eps", lambda eps: eps * 10),
    ("batch_norm2d", "state", "momentum", lambda m: m if m is None else 1 - m),
    ("batch_norm1d", "gradient", "eps", lambda eps: eps * 10),
    ("instance_norm2d", "output", "eps", to(1e-3)),
    ("instance_norm2d", "state", "momentum", lambda m: m if m is None else 1 - m),
    ("softmax", "output", "dim", next_axis),
    ("log_softmax", "gradient", "dim", next_axis),
    ("leaky_relu", "output", "negative_slope", to(0.01)),
    ("elu", "output", "alpha", to(1.0)),
    ("celu", "gradient", "alpha", to(1.0)),
    ("gelu", "output", "approximate", to("none")),
    ("softplus", "output", "beta", to(1.0)),
    ("softplus", "output", "threshold", to(20.0)),
    ("hardtanh", "output", "max_val", to(1.0)),
    ("relu", "purity", "inplace", to(False)),
    ("cross_entropy", "loss", "reduction", other_reduction),
    ("cross_entropy", "loss", "label_smoothing", to(0.0)),
    ("cross_entropy", "loss", "ignore_index", to(4)),
    ("nll_loss", "gradient", "reduction", other_reduction),
    ("dropout", "output", "p", to(0.4)),
    ("dropout", "output", "training", to(True)),
]

TENSORFLOW = [
    ("conv2d", "output", "strides", lambda s: type(s)(each + 1 for each in s)),
    ("conv2d", "output", "strides", turned),
    ("conv2d", "output", "padding", lambda p: "VALID" if p == "SAME" else p),
    ("conv1d", "output", "padding", lambda p: "same" if p == "causal" else p),
    ("conv2d", "output", "dilations", lambda d: type(d)(1 for _ in d)),
    ("conv2d", "output", "dilation_rate", ones),
    ("avg_pool2d", "output", "ksize", turned),
    ("avg_pool2d", "output", "strides", turned),
    ("max_pool2d", "output", "strides", lambda s: type(s)(each + 1 for each in s)),
    ("max_pool1d", "output", "padding", lambda p: "VALID" if p == "SAME" else p),
    ("batch_norm2d", "output", "epsilon", lambda e: e * 10),
    ("batch_norm2d", "state", "momentum", lambda m: 1 - m),
    ("instance_norm2d", "output", "epsilon", lambda e: e * 10),
    ("moments", "output", "axes", lambda axes: axes[:-1] or [1]),
    ("batch_normalization", "output", "variance_epsilon", lambda e: e * 10),
    ("fused_batch_norm", "output", "epsilon", lambda e: e * 10),
    ("softmax", "output", "axis", next_axis),
    ("log_softmax", "gradient", "axis", next_axis),
    ("leaky_relu", "output", "negative_slope", to(0.2)),
    ("leaky_relu", "output", "alpha", to(0.2)),
    ("elu", "output", "alpha", to(1.0)),
    ("celu", "gradient", "alpha", to(1.0)),
    ("gelu", "output", "approximate", to(False)),
    ("categorical_crossentropy", "loss", "label_smoothing", to(0.0)),
    ("categorical_crossentropy", "loss", "from_logits", lambda old: not old),
    ("sparse_categorical_crossentropy", "loss", "ignore_class", to(None)),
    ("sparse_categorical_crossentropy", "loss", "reduction", lambda r: "sum" if r else r),
    ("dropout", "output", "rate", to(0.4)),
    ("dropout", "output", "noise_shape", to(None)),
]


@functools.cache
def loaded(name):
    for needed in ("torch", "tensorflow")[: 1 + (name == "tensorflow")]:
        pytest.importorskip(needed)  # torch first: loaded second, its libraries clash
    return loading.load(name)


@functools.cache
def healthy():
    session = Session()
    session.runner.subject = loaded
    return session


def claims_with(name, layer, aspect, changed):
    """Yield claims whose call has the argument, and another value of it when it is changed."""
    dialect = DIALECTS[loading.dialect_of(name)]
    for case in all_cases():
        if case.layer != layer or case.dtype not in ("float32", "float64"):
            continue
        for form in dialect.forms[layer]:
            try:
                call = dialect.translate(case, form)
            except Unsupported:
                continue
            word, change = changed
            before = call.arguments.get(word)
            if word in call.arguments and change(before) != before:
                yield Claim.about(case, aspect, name, form)


def turns_red(name, layer, aspect, changed):
    mutant = Mutant("", "", layer, aspect, change_argument(*changed), subject=name)
    session = Session({name: MutatedSubject(loaded(name), mutant)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for claim in claims_with(name, layer, aspect, changed):
            if judge(claim, session).verdict is not Verdict.FAIL:
                continue
            if judge(claim, healthy()).verdict is Verdict.PASS:
                return True
    return False


def ids(row):
    layer, aspect, word, _ = row
    return f"{layer}-{aspect}-{word}"


@pytest.mark.parametrize("row", TORCH, ids=ids)
def test_a_wrong_argument_of_torch_is_seen(row):
    layer, aspect, *changed = row
    assert turns_red("torch", layer, aspect, tuple(changed))


@pytest.mark.parametrize("row", TENSORFLOW, ids=ids)
def test_a_wrong_argument_of_tensorflow_is_seen(row):
    layer, aspect, *changed = row
    assert turns_red("tensorflow", layer, aspect, tuple(changed))


def test_both_frameworks_are_among_the_subjects():
    assert {"torch", "tensorflow"} < set(SUBJECTS)
