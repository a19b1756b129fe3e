"""Bad calls: the tables are whole and unequivocal, and the check catches every way to be wrong."""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from conformance.judging import expectations
from conformance.judging.claim import Claim
from conformance.judging.divergences import find_records
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.programs.bad_calls import BAD_CALLS, programs
from conformance.programs.bad_calls.accepted import record_of
from conformance.spec.bad_call import (
    NEVER_WRITTEN,
    Accepts,
    BadCall,
    Dies,
    ReturnedArray,
    Values,
    ones,
    values,
)
from conformance.studies.soak import run as soak
from conformance.subjects import sandbox

ROWS = [(dialect, bad) for dialect, calls in BAD_CALLS.items() for bad in calls]
RELU = BadCall(
    "nn.functional.relu", "input", "input", "TypeError", "RuntimeError", {"input": [1.0]}
)


def relu_of(function):
    return SimpleNamespace(nn=SimpleNamespace(functional=SimpleNamespace(relu=function)))


class Fake:
    """A subject that shows one function."""

    dialect = "torch"

    def __init__(self, name, function):
        self.name, self.function = name, function

    def library(self):
        return SimpleNamespace(root=relu_of(self.function), array=np.array, numpy=np.asarray)

    def run(self, request):
        raise NotImplementedError


def judged(name, function, bad=RELU):
    program = replace(programs()[0], content=bad, dialects=("torch",))
    return judge(
        Claim.about(program, "errors", name, "call"), Session({name: Fake(name, function)})
    )


def raises(error):
    def function(input):
        raise error

    return function


def test_every_family_of_mistakes_is_in_the_tables():
    assert len(ROWS) >= 150
    assert len({program.id for program in programs()}) == len(ROWS)
    counts = Counter(dialect for dialect, _ in ROWS)
    assert min(counts.values()) >= 75
    for word in ("padding", "stride", "groups", "kernel_size", "target", "reduction", "p", "eps"):
        assert any(bad.names == word for _, bad in ROWS), word
    for bad in (bad for _, bad in ROWS):
        assert bad.refuses.split()[0] in ("ValueError", "TypeError")
        assert bad.names.isidentifier()


def test_whoever_does_not_refuse_is_on_record_with_a_sentence():
    for case in programs():
        bad, framework = case.content, {"torch": "torch", "tf": "tensorflow"}
        name = framework[case.dialects[0]]
        found = find_records(case, "errors", name, "call")
        assert len(found) == (not isinstance(bad.framework, str)), case.id
        assert all(each.sentence.endswith(".") for each in found)
        assert not find_records(case, "output", name, "call")
    assert any(isinstance(bad.framework, Dies) for _, bad in ROWS)


def test_an_array_of_a_table_is_what_it_says():
    np.testing.assert_array_equal(ones(2, 1).array(), np.ones((2, 1), np.float32))
    assert ones(2, dtype="int64").array().dtype == np.int64
    assert values(0, 1, dtype="int64").array().tolist() == [0, 1]
    assert Values((), "int64", (0,)).array().shape == ()


@pytest.mark.parametrize(
    ("name", "error", "verdict"),
    [
        ("refimpl.torch", TypeError("input must be an array; got 1"), Verdict.PASS),
        ("refimpl.torch", ValueError("input must be an array; got 1"), Verdict.FAIL),
        ("refimpl.torch", TypeError("x must be an array; got 1"), Verdict.FAIL),
        ("refimpl.torch", TypeError("inputs must be arrays; got 1"), Verdict.FAIL),
        ("refimpl.torch", TypeError("input must be an array"), Verdict.FAIL),
        ("torch", RuntimeError("no"), Verdict.PASS),
        ("torch", ValueError("no"), Verdict.FAIL),
        ("mine", OSError("no"), Verdict.PASS),
    ],
)
def test_the_exception_is_the_one_of_the_table(name, error, verdict):
    record = judged(name, raises(error))
    assert record.verdict is verdict
    assert record.k == (0.0 if verdict is Verdict.PASS else np.inf)  # there is nothing between


@pytest.mark.parametrize("name", ["refimpl.torch", "torch", "mine"])
def test_a_call_that_is_answered_fails(name):
    record = judged(name, lambda input: input)
    assert record.verdict is Verdict.FAIL
    assert "accepted" in record.message


def test_refusing_too_late_fails():
    bad = BadCall("nn.functional.relu", "p", "p", "ValueError", "ValueError", {"input": 1}, ((2,),))
    error = ValueError("p must be in [0, 1]; got 2")
    assert judged("refimpl.torch", raises(error), bad).verdict is Verdict.PASS
    assert judged("refimpl.torch", lambda input: raises(error), bad).verdict is Verdict.FAIL


def recorded_as(monkeypatch, framework):
    bad = replace(RELU, framework=framework)
    monkeypatch.setattr(expectations, "find_records", lambda *claim: (record_of("torch", bad),))
    return bad


def returning(*values, dtype="float32"):
    return lambda input: np.array(values, dtype)


ONE = ReturnedArray((1,), each=1.0)


def test_a_record_of_an_answer_is_strict_both_ways(monkeypatch):
    bad = recorded_as(monkeypatch, Accepts("It answers.", ONE))
    assert judged("torch", returning(1.0), bad).verdict is Verdict.EXPECTED
    assert judged("torch", raises(TypeError("no")), bad).verdict is Verdict.STALE
    assert judged("torch", raises(OSError("no")), bad).verdict is Verdict.STALE
    bad = recorded_as(monkeypatch, Accepts("It answers.", ONE, isolate=True))
    assert judged("torch", returning(1.0), bad).verdict is Verdict.EXPECTED
    assert judged("torch", returning(2.0), bad).verdict is Verdict.STALE
    assert judged("torch", lambda input: os.abort(), bad).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    "function",
    [
        returning(2.0),
        returning(np.nan),
        returning(1 + 1e-6),  # more than rounding explains
        returning(1.0, 1.0),
        returning(),
        returning(1.0, dtype="float64"),
        returning(1, dtype="int64"),
        lambda input: (np.ones(1, "float32"), np.ones(1, "int64")),
        lambda input: 1.0,
        lambda input: None,
    ],
)
def test_another_answer_than_the_recorded_one_is_stale(monkeypatch, function):
    bad = recorded_as(monkeypatch, Accepts("It answers.", ONE))
    record = judged("torch", function, bad)
    assert record.verdict is Verdict.STALE
    assert "It answers." in record.message


def test_what_is_answered_instead_is_told(monkeypatch):
    bad = recorded_as(monkeypatch, Accepts("It answers.", ONE))
    assert "an element is 2.0, not 1.0" in judged("torch", returning(2.0), bad).message
    assert "((1,), 'int64')" in judged("torch", returning(1, dtype="int64"), bad).message


@pytest.mark.parametrize(
    ("answer", "same", "other"),
    [
        (ReturnedArray((1,), each=1.0), returning(1 + 2.0**-23), returning(1 + 2.0**-20)),
        (ReturnedArray((1,), each=math.nan), returning(np.nan), returning(1.0)),
        (ReturnedArray((2,), total=3.0), returning(1.0, 2.0), returning(2.0, 2.0)),
        (ReturnedArray((2,), "int64", each=1.0), returning(1, 1, dtype="int64"),
         returning(1, 2, dtype="int64")),
        (ReturnedArray((2,), varies=NEVER_WRITTEN), returning(-1e30, np.nan), returning()),
        (ReturnedArray((0,)), returning(), returning(1.0)),
        ((ONE, ReturnedArray((1,), "int64", each=0.0)),
         lambda input: (np.ones(1, "float32"), np.zeros(1, "int64")),
         lambda input: (np.ones(1, "float32"), np.ones(1, "int64"))),
    ],
)  # fmt: skip
def test_each_way_to_describe_an_answer(monkeypatch, answer, same, other):
    bad = recorded_as(monkeypatch, Accepts("It answers.", answer))
    assert judged("torch", same, bad).verdict is Verdict.EXPECTED
    assert judged("torch", other, bad).verdict is Verdict.STALE


def test_what_was_never_written_is_not_read(monkeypatch):
    unread = SimpleNamespace(shape=(1,), dtype=np.dtype("float32"))  # NumPy cannot read it
    answer = ReturnedArray((1,), varies=NEVER_WRITTEN)
    bad = recorded_as(monkeypatch, Accepts("It answers.", answer))
    assert judged("torch", lambda input: unread, bad).verdict is Verdict.EXPECTED


def test_every_recorded_answer_is_described_once():
    accepted = [bad for _, bad in ROWS if isinstance(bad.framework, Accepts)]
    assert len(accepted) == 62
    for bad in accepted:
        for array in bad.framework.arrays:
            ways = (array.each is not None, array.total is not None, bool(array.varies))
            assert sum(ways) == (0 not in array.shape), bad.words
            if array.varies == NEVER_WRITTEN:  # or nothing would be left of the record
                assert bad.framework.isolate
                assert 0 not in array.shape


def test_a_record_of_a_death_is_strict_both_ways(monkeypatch):
    bad = recorded_as(monkeypatch, Dies(("SIGABRT",), "It dies."))
    died = judged("torch", lambda input: os.abort(), bad)
    assert died.verdict is Verdict.EXPECTED
    assert "SIGABRT" in died.message
    assert judged("torch", lambda input: input, bad).verdict is Verdict.FAIL
    assert judged("torch", raises(TypeError("no")), bad).verdict is Verdict.STALE
    other = judged("torch", lambda input: os.kill(os.getpid(), 15), bad)
    assert other.verdict is Verdict.FAIL  # it dies otherwise than is on record
    assert "SIGTERM" in other.message


def test_others_are_asked_what_the_framework_refuses():
    class Mine(Fake):
        pass

    claims = plan([Mine("mine", None)], ["errors"])
    refused = [
        bad for dialect, bad in ROWS if dialect == "torch" and isinstance(bad.framework, str)
    ]
    asked = [claim for claim in claims if claim.case.dialects == ("torch",)]
    assert [claim.case.content for claim in asked] == refused


def test_bad_calls_are_soaked_once():
    claims = plan(["refimpl.torch"], ["errors"])[:2]
    wanted = soak.SoakPlan(("refimpl.torch",), (0, 1, 2))
    looks = [list(soak.claims_of_seed(claims, wanted, seed)) for seed in wanted.seeds]
    assert [len(each) for each in looks] == [len(claims), 0, 0]


def test_a_copy_answers_or_says_how_it_ended():
    assert sandbox.run_in_fork(lambda: "answer") == "answer"
    with pytest.raises(sandbox.ProcessDeath, match="ended the process with exit status 3"):
        sandbox.run_in_fork(lambda: os._exit(3))
    with pytest.raises(sandbox.ProcessDeath, match="ended the process with exit status 1"):
        sandbox.run_in_fork(lambda: 1 // 0)
    with pytest.raises(sandbox.ProcessDeath, match="killed by SIGKILL"):
        sandbox.run_in_fork(lambda: os.kill(os.getpid(), 9))
    with pytest.raises(sandbox.ProcessDeath, match=r"ran longer than the limit of 0\.1 s"):
        sandbox.run_in_fork(lambda: time.sleep(60), sandbox.Limits(0.1))
