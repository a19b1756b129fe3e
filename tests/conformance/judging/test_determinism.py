"""Two runs say the same, to the last digit: whatever the order, the processes and the threads."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import conformance
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.subjects.roster import roster_of

ROOT = Path(conformance.__file__).parents[1]
NUMPY = f"{ROOT / 'examples' / 'numpy_subject.py'}:NumpySubject"
FRAMEWORK = ["torch"] if importlib.util.find_spec("torch") else []
SUBJECTS = ["refimpl.torch", *FRAMEWORK, NUMPY]
# Draws without a seed of their own, draws with one, long sums, gradients.
CASES = (
    "dropout-p25-",
    "dropout2d-many-",
    "seeded-torch-dropout-",
    "linear-normal-",
    "conv2d-k3-",
    "softmax-wide-",
    "batch_norm1d-momentum3-",
    "chapter-8.1-program-",
)

# Beside pytest's own order, an order that has been shuffled last of all.
SHUFFLE = """
import random

import pytest


@pytest.hookimpl(trylast=True, wrapper=True)
def pytest_collection_modifyitems(items):
    yield
    random.Random(1).shuffle(items)
"""


@pytest.fixture(scope="module")
def claims():
    return [claim for claim in plan(SUBJECTS) if claim.case.id.startswith(CASES)]


def judged(claims):
    session = Session(roster=roster_of(SUBJECTS))
    return sorted((judge(claim, session) for claim in claims), key=lambda record: record.key)


@pytest.fixture(scope="module")
def once(claims):
    return judged(claims)


def test_enough_is_looked_at(once):
    passed = [record for record in once if record.verdict.value == "pass"]
    assert len(passed) > 150
    assert {"output", "gradient", "mask", "state", "seeded"} <= {record.aspect for record in passed}


def test_a_second_run_in_another_order_says_the_same(claims, once):
    shuffled = list(claims)
    random.Random(2).shuffle(shuffled)
    assert judged(shuffled) == once


def test_two_processes_of_two_threads_in_another_order_say_the_same(tmp_path, claims, once):
    (tmp_path / "shuffle.py").write_text(SHUFFLE, encoding="utf-8")
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "conformance", "-n", "2", "-p", "shuffle"]
    command += ["--report-json", str(report)]
    for subject in SUBJECTS:
        command += ["--subject", subject]
    for claim in claims:
        command += ["--claim", claim.name]
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(threads, "2")}
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(tmp_path)))
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["records"] == [record.to_json() for record in once]
