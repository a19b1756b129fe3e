"""Verdicts on a user's own arrays: what passes, what does not, what is said, what is refused."""

from __future__ import annotations

import inspect
import subprocess
import sys

import numpy as np
import pytest

import conformance
from conformance.oracle.bounds import LIMIT
from conformance.tools.arrays import Arithmetic, verdict
from conformance.tools.arrays.callee import find_callee, known_names
from conformance.tools.arrays.command import main
from conformance.tools.arrays.conversion import to_numpy
from refimpl.dtypes import float_dtype
from refimpl.torch.nn import functional

rng = np.random.default_rng(7)
X = rng.standard_normal((2, 3, 9, 8)).astype(np.float32)
W = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
B = rng.standard_normal(4).astype(np.float32)
CONV = "torch.nn.functional.conv2d"


def convolved(**options):
    return functional.conv2d(X, W, B, **options)


def test_what_is_right_passes():
    found = verdict(CONV, convolved(stride=2), X, W, B, stride=2)
    assert found
    assert found.verdict == "pass"
    assert 0 < found.k < 1
    assert repr(found).startswith(f"<pass: {CONV}, K of output 0.")
    assert "<b>pass</b>" in found._repr_html_()
    conformance.assert_conforms(CONV, convolved(stride=2), X, W, B, stride=2)


def test_a_failed_assertion_reads_like_those_people_know():
    wrong = convolved(stride=2)
    wrong[1, 2, 3, 1] += 0.001
    with pytest.raises(AssertionError) as caught:
        conformance.assert_conforms(CONV, wrong, X, W, B, stride=2)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{CONV}, judged as float32"
    assert lines[2].startswith("output: fail, K = ")
    assert lines[2].endswith("(limit 4)")
    assert lines[3] == "Mismatched elements: 1 / 96 (1.0%)"
    assert lines[4].startswith("Worst element: at index (1, 2, 3, 1): got ")
    found = verdict(CONV, wrong, X, W, B, stride=2)
    assert found.worst.share == 1 / found.worst.size
    assert found.worst.index == (1, 2, 3, 1)
    assert abs(found.worst.got - found.worst.expected) > LIMIT * found.worst.bound
    assert "1 / 96" in found._repr_html_()


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (lambda y: y[:1], "output: the shape must be (2, 4, 7, 6); got (1, 4, 7, 6)"),
        (lambda y: np.where(y == y.max(), np.nan, y), "got nan"),
        (lambda y: y * np.float32(1 + 1e-5), "output: fail"),
        (lambda y: y.astype(np.float16), "output: pass"),
    ],
)
def test_what_is_wrong_is_said(got, words):
    found = verdict(CONV, got(convolved()), X, W, B)
    assert words in "\n".join(map(str, found.comparisons))
    assert bool(found) == ("pass" in words)


def test_gradients_and_state_are_judged():
    output, vjp = functional.conv2d.with_vjp(X, W, B, padding=1)
    cotangent = rng.standard_normal(output.shape).astype(np.float32)
    bars = dict(zip(("input", "weight", "bias"), vjp(cotangent), strict=True))
    options = {"padding": 1, "cotangent": cotangent}
    found = verdict(CONV, output, X, W, B, gradients=bars, **options)
    assert [each.what for each in found.comparisons] == [
        "output",
        "gradient of input",
        "gradient of weight",
        "gradient of bias",
    ]
    assert found
    wrong = verdict(CONV, None, X, W, B, gradients={"weight": bars["weight"] * 2}, **options)
    assert wrong.verdict == "fail"
    assert wrong.worst.what == "gradient of weight"

    mean, variance = np.zeros(3, np.float32), np.ones(3, np.float32)
    given = {"running_mean": mean.copy(), "running_var": variance.copy()}
    functional.batch_norm(X, mean, variance, training=True)
    state = {"running_mean": mean, "running_var": variance}
    found = judged_batch_norm(given, state)
    assert found
    biased = {**state, "running_var": 0.9 + 0.1 * X.var(axis=(0, 2, 3))}
    assert judged_batch_norm(given, biased).verdict == "fail"


def judged_batch_norm(given, state):
    weights = {**given, "weight": np.ones(3, np.float32), "bias": np.zeros(3, np.float32)}
    return verdict(
        "torch.nn.BatchNorm2d", None, X, num_features=3, weights=weights, training=True, state=state
    )


def test_where_no_tolerance_could_tell_it_says_so():
    huge = np.full((1, 2, 64), 3e38, np.float32)
    found = verdict("torch.nn.functional.layer_norm", np.zeros_like(huge), huge, (64,))
    assert found.verdict == "ill-conditioned"
    assert not found
    assert "Elements without a bound that says anything: 128 / 128" in str(found)
    with pytest.raises(AssertionError, match="ill-conditioned"):
        conformance.assert_conforms(
            "torch.nn.functional.layer_norm", np.zeros_like(huge), huge, (64,)
        )


@pytest.mark.parametrize(
    ("products", "bits"), [("tfloat32", 13), ("bfloat16", 16), ("float16", 13)]
)
def test_declared_products_are_allowed_and_no_others(products, bits):
    def rounded(array):
        words = array.view(np.uint32).astype(np.uint64) + (1 << (bits - 1))
        return (words >> bits << bits).astype(np.uint32).view(np.float32)

    got = functional.conv2d(rounded(X), rounded(W), B)
    assert verdict(CONV, got, X, W, B).verdict == "fail"
    found = verdict(CONV, got, X, W, B, products=products)
    assert found
    assert found.k > 0.01
    assert f"judged as float32 with products of {products}" in str(found)
    assert verdict(CONV, got * np.float32(1.1), X, W, B, products=products).verdict == "fail"


def test_sums_in_a_half_type_are_allowed_where_they_are_declared():
    x = np.abs(rng.standard_normal((1, 4000))).astype(np.float16)
    total = np.float16(0)
    for term in x[0]:
        total = np.float16(total + term)
    name, ones = "torch.nn.functional.linear", np.ones((1, 4000), np.float16)
    got = np.array([[total]])
    assert verdict(name, got, x, ones).verdict == "fail"
    assert verdict(name, got, x, ones, accumulates="float16")


def test_flushed_subnormals_are_allowed_where_they_are_declared():
    x = np.array([2.0**-20, 1.0], np.float16)
    got = np.array([0.0, 1.0], np.float16)
    assert verdict("torch.nn.functional.relu", got, x).verdict == "fail"
    assert verdict("torch.nn.functional.relu", got, x, subnormals="flushed").verdict != "fail"


@pytest.mark.parametrize("word", ["tf32", "float64"])
def test_arithmetic_that_is_not_known(word):
    with pytest.raises(ValueError, match=f"products must be one of tfloat32, .*; got '{word}'"):
        Arithmetic(products=word)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: verdict("torch.nn.functional.conv2", X, X), "did you mean .*conv2d"),
        (lambda: verdict(3, X, X), "name must be a function or layer, in words; got 3"),
        (lambda: verdict(CONV, X, X), "conv2d: missing a required argument: 'weight'"),
        (lambda: verdict(CONV, X, X, W, strid=2), "unexpected keyword argument 'strid'"),
        (lambda: verdict(CONV, X, X[0, 0], W), "input must have 4 axes"),
        (lambda: verdict(CONV, X, X, W, stride=0), "stride must be at least 1; got 0"),
        (lambda: verdict(CONV, object(), X, W), "got must hold numbers; got dtype object"),
        (lambda: verdict(CONV, np.array(["a"]), X, W), "got must hold numbers; got dtype"),
        (lambda: verdict(CONV, None, X, W), "got must be an array where no gradients"),
        (lambda: verdict(CONV, X, X, W, gradients={"input": X}), "cotangent must be given"),
        (lambda: verdict(CONV, X, X, W, weights={"w": W}), "weights must be None for a function"),
        (lambda: verdict(CONV, (X, X), X, W), "got must be 1 arrays; got 2"),
        (
            lambda: verdict(CONV, None, X, W, cotangent=convolved(), gradients={"w": W}),
            "gradients must be of input, weight; got 'w'",
        ),
        (
            lambda: verdict("torch.nn.BatchNorm2d", X, X, num_features=3, weights={"w": B}),
            "weights must be among weight, bias, .*; got 'w'",
        ),
        (
            lambda: verdict("torch.nn.BatchNorm2d", X, X, num_features=3, training=True),
            "weights must hold weight, bias; got none",
        ),
        (
            lambda: verdict("torch.nn.Linear", X, X, in_features=8, out_features=2, bias=False,
                            weights={"weight": np.zeros((8, 2), np.float32)}),
            r"weights must have in 'weight' an array of shape \(2, 8\); got \(8, 2\)",
        ),
        (lambda: verdict("torch.nn.functional.relu", [1], [1]), "at least one array must hold"),
    ],
)  # fmt: skip
def test_wrong_uses_have_clear_errors(call, words):
    with pytest.raises((TypeError, ValueError), match=words):
        call()


def test_every_name_stands_for_something():
    names = known_names()
    assert len(names) > 150
    for name in names:
        assert find_callee(name).name == name
    assert find_callee("keras.layers.Dense").made is find_callee("tf.keras.layers.Dense").made


class OnlyDlpack:
    """An array of a library that NumPy does not know."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


def test_arrays_of_every_kind_are_read():
    torch = pytest.importorskip("torch")
    tf = pytest.importorskip("tensorflow")
    half = X.astype(float_dtype("bfloat16"))
    for value, wanted in [
        (X, X),
        (X.astype(">f4"), X),
        (torch.tensor(X, requires_grad=True), X),
        (torch.tensor(X).permute(0, 2, 3, 1), X.transpose(0, 2, 3, 1)),
        (torch.tensor(X).bfloat16(), half),
        (torch.nn.Parameter(torch.tensor(B)), B),
        (tf.constant(X), X),
        (tf.Variable(X), X),
        (tf.constant(half), half),
        (OnlyDlpack(X), X),
        (2.5, np.array(2.5)),
    ]:
        found = to_numpy(value, "it")
        assert found.dtype == wanted.dtype
        assert np.array_equal(found, wanted)


def test_from_files(tmp_path, capsys):
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "w.npy", W)
    np.save(tmp_path / "got.npy", functional.conv2d(X, W, stride=(2, 1)))
    call = tmp_path / "call.toml"
    call.write_text(
        'call = "torch.nn.functional.conv2d"\n'
        '[arrays]\ninput = "x.npy"\nweight = "w.npy"\n[options]\nstride = [2, 1]\n'
    )
    assert main([str(call), str(tmp_path / "got.npy")]) == 0
    assert capsys.readouterr().out.endswith("pass\n")
    assert main([str(call), str(tmp_path / "x.npy")]) == 1
    assert "the shape must be" in capsys.readouterr().out
    for text, words in [
        ("", "call must be a function or layer"),
        ("call = 1", "call must be a function or layer"),
        ("call = 'x'\nweigths = {}", "did you mean 'weights'"),
        ("call = 'torch.nn.ReLU'\n[arrays]\ninput = 1", "must be the name of a file"),
        ("call = 'torch.nn.ReLU'\n[arrays]\ninput = 'none.npy'", "none.npy is missing"),
        ("call = 'torch.nn.ReLU'\ntraining = 1", "training must be true or false"),
    ]:
        call.write_text(text)
        assert main([str(call), str(tmp_path / "got.npy")]) == 2
        assert words in capsys.readouterr().err


def test_it_is_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "judge-arrays", "--help"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "CALL.toml" in done.stdout


def test_a_functions_own_argument_called_training():
    got = functional.batch_norm(X, None, None, training=True)
    assert verdict("torch.nn.functional.batch_norm", got, X, None, None, training=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'training'"):
        verdict("torch.nn.functional.relu", X, X, training=True)


def test_no_call_has_arguments_that_are_meant_for_the_judge():
    own = set(inspect.signature(verdict).parameters) - {"name", "inputs", "options", "training"}
    for name in known_names():
        taken = set(inspect.signature(find_callee(name).made).parameters) & own
        assert not taken, (name, taken)
