"""Bad calls: the tables are whole and unequivocal, and the check catches every way to be wrong."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from types import MappingProxyType, SimpleNamespace

import numpy as np
import pytest

from conformance.judging.claims import Claim, judge, plan
from conformance.judging.divergences import recorded
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.programs.bad_calls import BAD_CALLS, Accepts, Bad, Dies, cases
from conformance.spec.bad_call import Values, ones, values
from conformance.studies.soak import run as soak
from conformance.subjects import sandbox

ROWS = [(dialect, bad) for dialect, calls in BAD_CALLS.items() for bad in calls]
RELU = Bad("nn.functional.relu", "input", "input", "TypeError", "RuntimeError", {"input": [1.0]})


def relu_of(function):
    return SimpleNamespace(nn=SimpleNamespace(functional=SimpleNamespace(relu=function)))


class Fake:
    """A subject that shows one function."""

    dialect = "torch"

    def __init__(self, name, function):
        self.name, self.function = name, function

    def library(self):
        return SimpleNamespace(root=relu_of(self.function), array=np.array)

    def run(self, request):
        raise NotImplementedError


def judged(name, function, bad=RELU):
    case = replace(cases()[0], config=MappingProxyType({"bad": bad, "dialect": "torch"}))
    return judge(Claim(case, "errors", name, "call"), Session({name: Fake(name, function)}))


def raises(error):
    def function(input):
        raise error

    return function


def test_every_family_of_mistakes_is_in_the_tables():
    assert len(ROWS) >= 150
    assert len({case.id for case in cases()}) == len(ROWS)
    counts = Counter(dialect for dialect, _ in ROWS)
    assert min(counts.values()) >= 75
    for word in ("padding", "stride", "groups", "kernel_size", "target", "reduction", "p", "eps"):
        assert any(bad.names == word for _, bad in ROWS), word
    for bad in (bad for _, bad in ROWS):
        assert bad.refuses.split()[0] in ("ValueError", "TypeError")
        assert bad.names.isidentifier()


def test_whoever_does_not_refuse_is_on_record_with_a_sentence():
    for case in cases():
        bad, framework = case.config["bad"], {"torch": "torch", "tf": "tensorflow"}
        name = framework[case.config["dialect"]]
        found = recorded(case, "errors", name, "call")
        assert len(found) == (not isinstance(bad.framework, str)), case.id
        assert all(each.sentence.endswith(".") for each in found)
        assert not recorded(case, "output", name, "call")
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
    bad = Bad("nn.functional.relu", "p", "p", "ValueError", "ValueError", {"input": 1}, ((2,),))
    error = ValueError("p must be in [0, 1]; got 2")
    assert judged("refimpl.torch", raises(error), bad).verdict is Verdict.PASS
    assert judged("refimpl.torch", lambda input: raises(error), bad).verdict is Verdict.FAIL


def recorded_as(monkeypatch, framework):
    from conformance.judging import divergences
    from conformance.programs.bad_calls.accepted import _record

    bad = replace(RELU, framework=framework)
    monkeypatch.setattr(divergences, "_speaking_of", lambda *_: (_record("torch", bad),))
    return bad


def test_a_record_of_an_answer_is_strict_both_ways(monkeypatch):
    bad = recorded_as(monkeypatch, Accepts("It answers."))
    assert judged("torch", lambda input: input, bad).verdict is Verdict.EXPECTED
    assert judged("torch", raises(TypeError("no")), bad).verdict is Verdict.STALE
    assert judged("torch", raises(OSError("no")), bad).verdict is Verdict.STALE
    bad = recorded_as(monkeypatch, Accepts("It answers.", apart=True))
    assert judged("torch", lambda input: input, bad).verdict is Verdict.EXPECTED
    assert judged("torch", lambda input: os.abort(), bad).verdict is Verdict.ERROR


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
    asked = [claim for claim in claims if claim.case.config["dialect"] == "torch"]
    assert [claim.case.config["bad"] for claim in asked] == refused


def test_bad_calls_are_soaked_once():
    claims = plan(["refimpl.torch"], ["errors"])[:2]
    wanted = soak.SoakPlan(("refimpl.torch",), (0, 1, 2))
    looks = [list(soak.reseed_claims(claims, wanted, seed)) for seed in wanted.seeds]
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
