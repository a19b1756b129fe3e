"""All corners of a judgement, with tiny subjects that do what a corner needs."""

from __future__ import annotations

import functools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from conformance.checks import CHECKS, COMPARISONS, PROGRAM_CHECKS
from conformance.checks.finding import Finding, NothingCompared
from conformance.judging import divergences
from conformance.judging import judge as judging
from conformance.judging.claim import Claim, Target
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.selection import ASPECTS
from conformance.judging.session import Session
from conformance.judging.settings import describe_setting
from conformance.judging.verdict import Verdict
from conformance.layers.activation import cases as activation
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import layer_cases
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_cases
from conformance.spec.divergence import Divergence
from conformance.subjects.loading import SUBJECTS, dialect_of, load

# The records that speak about a claim are remembered; other records must be looked for anew.
UNREMEMBERED = divergences._matching.__wrapped__

CASES = {case.id: case for case in all_cases()}
RELU = CASES["relu-normal-float32"]
CLAIM = Claim.about(RELU, "output", "refimpl.torch", "function")
SENTENCE = "It always says seven."


class Fake:
    """relu, or whatever a test makes of it."""

    name, dialect = "refimpl.torch", "torch"

    def __init__(self, change=lambda seen: seen, honest=None):
        self.change = change
        self.honest = honest or load("refimpl.torch")
        self.requests = []

    def run(self, request):
        self.requests.append(request)
        return self.change(self.honest.run(request))


def raising(seen):
    raise ValueError("not today")


def wrong(seen):
    return replace(seen, outputs=tuple(each + 1 for each in seen.outputs))


def verdict(change=lambda seen: seen, claim=CLAIM):
    session = Session()
    session.runner.subject = lambda name: Fake(change)
    return judge(claim, session)


@pytest.fixture
def record(monkeypatch):
    """Put one divergence on record, and no other."""

    def put(kind, **more):
        known = Divergence(("refimpl.torch",), ("relu",), kind, SENTENCE, "A reason.", **more)
        monkeypatch.setattr(divergences, "DIVERGENCES", (known,))
        monkeypatch.setattr(divergences, "_matching", UNREMEMBERED)

    return put


def test_an_honest_subject_passes():
    found = verdict()
    assert found.verdict is Verdict.PASS
    assert found.k is not None
    assert 0 <= found.k <= LIMIT
    assert (found.message, found.divergence, found.limit) == ("", None, LIMIT)
    assert (found.case, found.layer, found.aspect) == (RELU.id, "relu", "output")
    assert (found.subject, found.form, found.seed) == ("refimpl.torch", "function", f"0/{RELU.id}")


def test_a_wrong_number_fails_and_is_shown():
    found = verdict(wrong)
    assert found.verdict is Verdict.FAIL
    assert found.k > LIMIT
    for part in ("nn.functional.relu", "input: input float32[6, 7, 4]", "worst at", "expected"):
        assert part in found.message
    assert found.message.endswith(f"python -m conformance --claim output/{CLAIM.id}")


def test_a_wrong_shape_fails():
    found = verdict(lambda seen: replace(seen, outputs=(seen.outputs[0][:1],)))
    assert found.verdict is Verdict.FAIL
    assert found.k == np.inf
    assert "shape" in found.message


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_special_number_in_place_of_a_finite_one_fails(value):
    def spoil(seen):
        output = seen.outputs[0].copy()
        output[0, 0, 0] = value
        return replace(seen, outputs=(output,))

    assert verdict(spoil).k == np.inf


def test_what_a_dialect_cannot_say_is_unsupported():
    case = next(
        case for case in CASES.values() if {"shared"} & set(case.words) and case.layer == "dropout"
    )
    found = verdict(claim=Claim.about(case, "output", "refimpl.torch", "function"))
    assert found.verdict is Verdict.UNSUPPORTED
    assert "noise_shape" in found.message
    assert found.k is None


def test_a_raising_subject_is_an_error_of_its_own():
    found = verdict(raising)
    assert found.verdict is Verdict.ERROR
    assert "refimpl.torch raised ValueError: not today" in found.message
    assert "suite" not in found.message


def test_a_subject_that_cannot_be_loaded_is_an_error():
    found = judge(CLAIM, _without("refimpl.torch"))
    assert found.verdict is Verdict.ERROR
    assert "cannot be loaded" in found.message


def _without(name):
    def load():
        raise ModuleNotFoundError("No module named 'no_such_module'")

    session = Session()
    entry = replace(session.roster[name], load=load)
    return Session(roster={**session.roster, name: entry})


def test_a_broken_harness_is_told_apart(monkeypatch):
    def broken(trial, answers):
        raise RuntimeError("the check fell over")

    monkeypatch.setattr(judging, "CHECKS", {**CHECKS, "output": broken})
    found = verdict()
    assert found.verdict is Verdict.ERROR
    assert "the suite itself raised RuntimeError: the check fell over" in found.message


@pytest.mark.parametrize("empty", ["raises", "no findings"])
def test_a_check_that_compares_nothing_is_an_error(monkeypatch, empty):
    def check(trial, answers):
        if empty == "raises":
            raise NothingCompared("all bounds are infinite")
        return []

    monkeypatch.setattr(judging, "CHECKS", {**CHECKS, "output": check})
    found = verdict()
    assert found.verdict is Verdict.ERROR
    assert "compares nothing" in found.message


def test_the_worst_finding_decides(monkeypatch):
    findings = [Finding("a", 0.5), Finding("b", LIMIT + 1, (0,), 1.0, 2.0, "0"), Finding("c", 1.0)]
    monkeypatch.setattr(judging, "CHECKS", {**CHECKS, "output": lambda trial, answers: findings})
    found = verdict()
    assert (found.verdict, found.k) == (Verdict.FAIL, LIMIT + 1)
    assert "wrong: b" in found.message


@pytest.mark.parametrize("k", [LIMIT, np.nextafter(LIMIT, np.inf), np.nan])
def test_the_limit_is_the_last_that_passes(monkeypatch, k):
    monkeypatch.setattr(
        judging, "CHECKS", {**CHECKS, "output": lambda trial, answers: [Finding("a", k)]}
    )
    assert verdict().verdict is (Verdict.PASS if k == LIMIT else Verdict.FAIL)


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("raises", raising, Verdict.EXPECTED),
        ("raises", wrong, Verdict.FAIL),
        ("raises", lambda seen: seen, Verdict.STALE),
        ("differs", wrong, Verdict.EXPECTED),
        ("differs", raising, Verdict.ERROR),
        ("differs", lambda seen: seen, Verdict.STALE),
        ("either", raising, Verdict.EXPECTED),
        ("either", wrong, Verdict.EXPECTED),
        ("either", lambda seen: seen, Verdict.STALE),
    ],
)
def test_a_recorded_deviation_is_strict_both_ways(record, kind, change, expected):
    record(kind)
    found = verdict(change)
    assert found.verdict is expected
    recorded = expected in (Verdict.EXPECTED, Verdict.STALE)
    assert found.divergence == (SENTENCE if recorded else None)


def test_only_a_witness_can_be_stale(record):
    record("differs", witnesses=(f"output/{CLAIM.id}",))
    assert verdict().verdict is Verdict.STALE
    record("differs", witnesses=("output/another",))
    assert verdict().verdict is Verdict.PASS
    assert verdict(wrong).verdict is Verdict.EXPECTED


def test_a_record_covers_only_what_it_names(record):
    record("differs", forms=("class",))
    assert verdict(wrong).verdict is Verdict.FAIL
    record("differs", aspects=("gradient",))
    assert verdict(wrong).verdict is Verdict.FAIL
    record("differs", when=lambda case: case.dtype == "float64")
    assert verdict(wrong).verdict is Verdict.FAIL


def test_half_sums_excuse_what_they_explain_and_no_more(monkeypatch):
    case = next(
        case
        for case in CASES.values()
        if case.layer == "linear"
        and case.dtype == "float16"
        and case.regime == "normal"
        and "long" in case.words
    )
    claim = Claim.about(case, "output", "refimpl.torch", "function")
    known = Divergence(
        ("refimpl.torch",), ("linear",), "differs", SENTENCE, "A reason.", half_sums=True
    )
    monkeypatch.setattr(divergences, "DIVERGENCES", (known,))
    monkeypatch.setattr(divergences, "_matching", UNREMEMBERED)

    def off_by(amount):
        return lambda seen: replace(
            seen, outputs=tuple(each + each.dtype.type(amount) for each in seen.outputs)
        )

    grades = [verdict(off_by(2.0**power), claim).verdict for power in range(-12, 7)]
    order = [Verdict.STALE, Verdict.EXPECTED, Verdict.FAIL]
    assert sorted(grades, key=order.index) == grades
    assert set(grades) == set(order)


def test_half_sums_whose_bound_is_infinite_excuse_nothing(monkeypatch):
    case = CASES["layer_norm-whole-noaffine-epsdefault-offset-bfloat16"]
    claim = Claim.about(case, "output", "refimpl.torch", "function")
    known = Divergence(
        ("refimpl.torch",), ("layer_norm",), "differs", SENTENCE, "A reason.", half_sums=True
    )
    monkeypatch.setattr(divergences, "DIVERGENCES", (known,))
    monkeypatch.setattr(divergences, "_matching", UNREMEMBERED)
    wrong = verdict(lambda seen: replace(seen, outputs=(seen.outputs[0] + 1,)), claim)
    assert wrong.verdict is Verdict.FAIL


def test_judge_never_raises_whatever_is_answered():
    for answer in (None, 7, "no", replace(load("refimpl.torch").run(_request()), outputs=())):
        found = verdict(lambda seen, answer=answer: answer)
        assert found.verdict is Verdict.ERROR


def _request():
    fake = Fake()
    session = Session()
    session.runner.subject = lambda name: fake
    judge(CLAIM, session)
    return fake.requests[0]


def test_agreement_compares_two_subjects_with_each_other():
    claim = Claim(
        RELU, "agreement", (Target("refimpl.torch", "function"), Target("refimpl.tf", "nn"))
    )
    session = Session()
    assert judge(claim, session).verdict is Verdict.PASS
    known = {"refimpl.torch": Fake(wrong), "refimpl.tf": load("refimpl.tf")}
    session = Session()
    session.runner.subject = known.__getitem__
    found = judge(claim, session)
    assert found.verdict is Verdict.FAIL
    assert found.subject == "refimpl.torch+refimpl.tf"


@functools.cache
def everything():
    return plan(SUBJECTS)


def test_the_plan_names_every_claim_once_and_only_wanted_aspects():
    names = [(claim.aspect, claim.id) for claim in everything()]
    assert len(set(names)) == len(names)
    assert {claim.aspect for claim in everything()} == set(ASPECTS)
    assert {*CHECKS, *COMPARISONS, *PROGRAM_CHECKS} == set(ASPECTS)
    some = plan(("refimpl.torch",), ("state", "mask"))
    assert {claim.aspect for claim in some} == {"state", "mask"}
    assert {(claim.aspect, claim.id) for claim in some} <= set(names)


def test_every_layer_and_form_of_every_subject_is_planned():
    from conformance.layers.dialects import DIALECTS
    from conformance.subjects.loading import DIALECT_OF

    seen = {(c.subject, c.case.layer, c.form) for c in everything()}
    for name in SUBJECTS:
        for layer, forms in DIALECTS[DIALECT_OF[name]].forms.items():
            if any(case.layer == layer for case in CASES.values()):
                assert {(name, layer, form) for form in forms} <= seen


def test_every_half_value_goes_forward_and_backward_through_every_elementwise_layer():
    planned = {
        (claim.case.layer, claim.case.dtype, claim.subject, claim.aspect)
        for claim in plan(SUBJECTS, ("output", "gradient"))
        if claim.case.regime == "all"
    }
    softmax = ("softmax", "log_softmax")
    for layer in (*activation.PARAMETERS, "prelu"):
        for name in SUBJECTS:
            if not DIALECTS[dialect_of(name)].forms[layer]:
                continue
            for dtype in ("float16", "bfloat16"):
                for aspect in ("output", "gradient"):
                    assert (layer, dtype, name, aspect) in planned
    layers = {case.layer for table in activation.TABLES for case in table.cases()}
    assert layers == {*activation.PARAMETERS, "prelu", *softmax}
    sizes = {case.shapes["input"] for case in layer_cases() if case.regime == "all"}
    assert {np.prod(shape) for shape in sizes} == {65536}


def test_planning_imports_no_framework():
    script = (
        "import sys; from conformance.judging.planning import plan;"
        "from conformance.subjects.loading import SUBJECTS;"
        "plan(SUBJECTS);"
        "print([n for n in ('torch', 'tensorflow', 'keras', 'jax') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("value", "told"), [("0", True), ("False", True), ("1", False)])
def test_a_run_without_onednn_says_so(monkeypatch, value, told):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", value)
    assert bool(describe_setting(["torch", "tensorflow"])) is told
    assert not describe_setting(["refimpl.tf"])
    subject = Fake(wrong)
    subject.name, subject.dialect = "tensorflow", "tf"
    session = Session({"tensorflow": subject})
    subject.honest = load("refimpl.tf")
    failed = judge(Claim.about(RELU, "output", "tensorflow", "nn"), session)
    assert failed.verdict is Verdict.FAIL
    assert ("TF_ENABLE_ONEDNN_OPTS" in failed.message) is told
