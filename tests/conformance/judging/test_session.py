"""What a run remembers: each question is asked once, and answers come back in neutral words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.programs import all_cases
from conformance.spec.call import Call, Reshaped, Result, Slot, Transposed, Unsupported
from conformance.spec.request import Observation
from conformance.subjects.loading import load
from conformance.subjects.observation import observed_mask, to_neutral_layout
from conformance.subjects.protocol import SubjectRaised

CASES = {case.id: case for case in all_cases()}


def some(layer, **config):
    return next(
        case
        for case in CASES.values()
        if case.layer == layer
        and (case.regime, case.dtype) == ("normal", "float32")
        and all(case.config[name] == value for name, value in config.items())
    )


class Counting:
    dialect = "torch"

    def __init__(self, name="refimpl.torch", raises=False):
        self.name, self.raises, self.requests = name, raises, []
        self.honest = load(name)

    def run(self, request):
        self.requests.append(request)
        if self.raises:
            raise ValueError("no")
        return self.honest.run(request)


def session_of(subject):
    session = Session()
    session.runner.subject = lambda name: subject
    return session


def test_a_subject_is_asked_once_for_each_case_form_and_memory():
    subject = Counting()
    session = session_of(subject)
    case = some("conv2d")
    for aspect in ("output", "gradient", "dtype", "purity", "output"):
        for form in ("function", "class"):
            judge(Claim.about(case, aspect, "refimpl.torch", form), session)
    judge(Claim.about(case, "forms", "refimpl.torch", "class", "function"), session)
    assert len(subject.requests) == 2
    for form in ("function", "class"):
        judge(Claim.about(case, "layout", "refimpl.torch", form), session)
    assert len(subject.requests) == 2 + 2 * 2


def test_a_refusal_is_remembered_too():
    subject = Counting(raises=True)
    session = session_of(subject)
    case = some("relu")
    for aspect in ("gradient", "gradient", "output", "output"):
        judge(Claim.about(case, aspect, "refimpl.torch", "function"), session)
    assert len(subject.requests) == 2  # with gradients, then forward alone


def test_one_that_only_goes_forward_answers_for_its_outputs():
    class Forward(Counting):
        def run(self, request):
            if request.cotangents:
                raise NotImplementedError("forward only")
            return super().run(request)

    session = session_of(Forward())
    case = some("relu")
    claims = {a: Claim.about(case, a, "refimpl.torch", "function") for a in ("output", "gradient")}
    assert judge(claims["output"], session).verdict == "pass"
    assert judge(claims["gradient"], session).verdict == "error"


def test_state_asks_for_one_step_and_for_three():
    subject = Counting()
    judge(
        Claim.about(some("batch_norm2d", track=True), "state", "refimpl.torch", "class"),
        session_of(subject),
    )
    assert sorted(len(request.further) for request in subject.requests) == [0, 2]


def test_memory_orders_hold_the_same_numbers():
    subject = Counting()
    case = some("conv2d")
    judge(Claim.about(case, "layout", "refimpl.torch", "function"), session_of(subject))
    inputs = [request.arrays["input"] for request in subject.requests]
    assert len(inputs) == 2
    assert not any(each.flags.c_contiguous for each in inputs)
    for each in inputs:
        np.testing.assert_array_equal(each, case.draw("input"))


def test_a_fresh_look_assigns_and_runs_nothing():
    subject = Counting()
    judge(Claim.about(some("conv2d"), "parameters", "refimpl.torch", "class"), session_of(subject))
    assert [request.fresh for request in subject.requests] == [True]


def test_the_oracle_is_asked_once_for_all_forms(monkeypatch):
    from conformance import oracle

    asked = []
    honest = oracle.expected
    monkeypatch.setattr(oracle, "expected", lambda *a, **k: asked.append(a) or honest(*a, **k))
    session, case = Session(), some("conv2d")
    for form in ("function", "class"):
        for aspect in ("output", "gradient"):
            judge(Claim.about(case, aspect, "refimpl.torch", form), session)
    judge(Claim.about(case, "output", "refimpl.tf", "keras"), session)
    assert len(asked) == 1


def test_what_a_subject_raises_is_wrapped_and_chained():
    session = session_of(Counting(raises=True))
    trial = session.trial(some("relu"), "refimpl.torch", "function")
    with pytest.raises(SubjectRaised, match=r"refimpl\.torch raised ValueError: no") as caught:
        session.answers.observe(trial, gradients=True)
    assert isinstance(caught.value.__cause__ or caught.value.__context__, ValueError)


def test_a_subject_without_a_library_says_so():
    with pytest.raises(Unsupported, match=r"no library\(\)"):
        session_of(Counting()).runner.library("refimpl.torch")
    assert Session().runner.library("refimpl.torch").root.nn.Linear


def test_an_unknown_subject_cannot_be_loaded():
    with pytest.raises(SubjectRaised, match="cannot be loaded"):
        Session().runner.subject("no.such:Thing")


CALL = Call(
    "f",
    "function",
    {},
    (
        Slot("input", "x", move=Transposed((1, 0))),
        Slot("weight", "w", "parameter", Reshaped((2,), (2, 1))),
        Slot("running_mean", "moving_mean", "buffer"),
    ),
    (Result(move=Transposed((1, 0))), Result("indices")),
)


def test_an_observation_is_brought_back_to_neutral_names_and_layouts():
    x = np.arange(6.0).reshape(3, 2)
    seen = Observation(
        (x, x),
        {"x": x, "w": np.array([[1.0], [2.0]])},
        {"moving_mean": np.ones(2), "num_batches_tracked": np.array(1)},
        {"x": x},
        same_object=True,
    )
    found = to_neutral_layout(seen, CALL)
    assert [each.shape for each in found.outputs] == [(2, 3), (3, 2)]
    assert found.gradients["input"].shape == (2, 3)
    assert list(found.gradients["weight"]) == [1, 2]
    assert set(found.state) == {"running_mean", "num_batches_tracked"}
    assert set(found.inputs) == {"input"}
    assert found.same_object


def test_kept_reads_the_mask_in_the_noises_shape():
    case = some("dropout2d")
    output = np.ones(case.shapes["input"])
    output[0, 1] = 0
    output[1, 2, 0, 0] = 0  # a channel that lost one element only
    mask = observed_mask(case, output)
    assert mask.shape == case.config["noise_shape"]
    assert mask.sum() == mask.size - 1
    assert not mask[0, 1, 0, 0]
    plain = some("dropout", noise_shape=None)
    output = np.ones(plain.shapes["input"])
    output[0, 0, 0] = 0
    assert observed_mask(plain, output).sum() == output.size - 1


def test_a_trials_case_has_only_the_arrays_that_its_form_has_slots_for():
    case = some("conv2d", bias=True, padding=((0, 0), (0, 0)))
    session = Session()
    trial = session.trial(case, "refimpl.torch", "function")
    assert trial.used_case is case
    fewer = replace(trial, call=replace(trial.call, slots=trial.call.slots[:2]))
    assert "bias" not in fewer.used_case.shapes


def test_a_subject_that_is_there_already_is_not_loaded_and_failures_say_how_to_come_back():
    class Wrong(Counting):
        def run(self, request):
            return replace(answer := super().run(request), outputs=(answer.outputs[0] + 1,))

    session = Session({"mine": Wrong()}, rerun=lambda claim: f"judge {claim.name}")
    case = some("relu")
    record = judge(Claim.about(case, "output", "mine", "function"), session)
    assert record.verdict == "fail"
    assert record.message.endswith(f"judge output/{case.id}-mine-function")


def test_what_is_unsupported_backward_alone_is_judged_forward():
    class Forward(Counting):
        def run(self, request):
            if request.cotangents:
                raise Unsupported("not implemented: gradients")
            return super().run(request)

    session, case = session_of(Forward()), some("relu")
    verdicts = {
        aspect: judge(Claim.about(case, aspect, "refimpl.torch", "function"), session).verdict
        for aspect in ("output", "gradient", "dtype")
    }
    assert verdicts == {"output": "pass", "gradient": "unsupported", "dtype": "pass"}


def test_what_others_are_held_against_is_there_whoever_is_judged():
    from conformance.subjects.roster import roster_of

    session = Session(roster=roster_of(["conformance.frontends.templates.torch_adapter:MyLayers"]))
    assert session.runner.subject("refimpl.torch").name == "refimpl.torch"
    assert session.runner.subject("my-layers").name == "my-layers"
