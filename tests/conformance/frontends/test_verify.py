"""One function, judged as the framework's of some name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import conformance
from conformance import Verdict
from conformance.subjects.function import make_function_subject, split_reference

ROOT = Path(conformance.__file__).parents[1]
SOFTMAX = "torch.nn.functional.softmax"
KERNELS = """
import numpy as np

def softmax(input, dim):
    powers = np.exp(input - input.max(axis=dim, keepdims=True))
    return powers / powers.sum(axis=dim, keepdims=True)

def naive(input, dim):
    powers = np.exp(input)
    return powers / powers.sum(axis=dim, keepdims=True)

def of_tensors(input, dim):
    powers = (input - input.amax(dim, keepdim=True)).exp()
    return powers / powers.sum(dim, keepdim=True)
"""


@pytest.fixture
def kernels(tmp_path):
    (tmp_path / "kernels.py").write_text(KERNELS)
    return tmp_path


def verify(folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "verify", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "Traceback" not in done.stderr  # the processes beside the run end in silence
    return done.returncode, done.stdout + done.stderr


def test_a_right_one_and_a_naive_one(kernels):
    status, told = verify(kernels, "kernels.py:softmax", "--as", SOFTMAX)
    assert status == 0, told
    assert "softmax" in told
    assert "conv2d" not in told  # nothing is said of what it is not
    status, told = verify(kernels, "kernels.py:naive", "--as", SOFTMAX)
    assert status == 1
    assert "'kernels.py:naive as torch.nn.functional.softmax' --claim output/softmax-" in told


def test_gradients_come_with_a_frameworks_tensors(kernels):
    pytest.importorskip("torch")
    words = ("kernels.py:of_tensors", "--as", SOFTMAX, "--arrays", "torch", "-k", "gradient")
    status, told = verify(kernels, *words)
    assert status == 0, told
    assert "0 unsupported" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kernels.py:softmax", "--as", "torch.nn.functional.softmx"), "did you mean 'nn.func"),
        (("kernels.py:softmax", "--as", "softmax"), "must begin with 'torch.', 'tf.' or 'keras.'"),
        (("kernels.py:sofmax", "--as", SOFTMAX), "kernels.py has no 'sofmax'"),
        (("kernels.py:softmax",), "the following arguments are required: --as"),
        (("kernels.py:np", "--as", SOFTMAX), "must be a function; got <module"),
    ],
)
def test_wrong_uses_are_told(kernels, words, said):
    status, told = verify(kernels, *words)
    assert status not in (0, 1)
    assert said in told


def test_from_python():
    def relu(input, inplace=False):
        return np.maximum(input, 0, out=input if inplace else None)

    records = conformance.check_function("torch.nn.functional.relu", relu, aspect="output")
    assert {record.layer for record in records} == {"relu"}
    assert {record.verdict for record in records} == {Verdict.PASS}
    wrong = conformance.check_function(
        "torch.nn.functional.relu", lambda input, inplace: np.abs(input), aspect="output"
    )
    assert Verdict.FAIL in {record.verdict for record in wrong}
    with pytest.raises(ValueError, match=r"did you mean 'nn\.functional\.relu'"):
        conformance.check_function("torch.nn.functional.rlu", relu)
    with pytest.raises(TypeError, match="must be a function; got 3"):
        conformance.check_function("torch.nn.functional.relu", 3)
    with pytest.raises(ValueError, match="arrays must be of numpy, torch, tensorflow, jax; got"):
        make_function_subject(relu, "torch.nn.functional.relu", "cupy")


def test_tensorflows_tensors():
    tf = pytest.importorskip("tensorflow")
    records = conformance.check_function(
        "tf.nn.elu", lambda features: tf.nn.elu(features), "tensorflow"
    )
    passed = [record for record in records if record.verdict is Verdict.PASS]
    assert {"output", "gradient"} <= {record.aspect for record in passed}


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("k.py:f as torch.nn.functional.relu", ("k.py:f", "torch.nn.functional.relu", "numpy")),
        ("k.py:f as tf.nn.relu of jax", ("k.py:f", "tf.nn.relu", "jax")),
    ],
)
def test_references(reference, parts):
    assert split_reference(reference) == parts
