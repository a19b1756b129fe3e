"""What a check finds: comparisons in all corners, and each check on answers made by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from conformance.checks import CHECKS, COMPARISONS
from conformance.checks.finding import (
    NothingCompared,
    compare_arrays,
    compare_values,
    compare_within_bound,
)
from conformance.checks.forms import compare_answers
from conformance.judging.session import Session
from conformance.oracle.bounds import LIMIT, Bounded, Unit
from conformance.programs import all_cases
from conformance.spec.call import Owned, Unsupported
from conformance.subjects.loading import load
from conformance.subjects.protocol import SubjectRaised

F32 = Unit.of("float32")
INF, NAN = np.inf, np.nan
CASES = {case.id: case for case in all_cases()}


def bounded(values, bound=0.5):
    return Bounded(np.asarray(values, float), bound, F32)


def some(layer, regime="normal", dtype="float32", **config):
    return next(
        case
        for case in CASES.values()
        if case.layer == layer
        and (case.regime, case.dtype) == (regime, dtype)
        and all(case.config.get(name) == value for name, value in config.items())
    )


class Answering:
    """An honest subject whose answers a test may change."""

    def __init__(self, change, name="refimpl.torch"):
        self.honest, self.change = load(name), change
        self.name, self.dialect = name, self.honest.dialect

    def run(self, request):
        return self.change(self.honest.run(request))


ANSWERS = {}  # by trial; each trial here has a session of its own


def prepare(session, case, name, form):
    prepared = session.trial(case, name, form)
    ANSWERS[prepared] = session.answers
    return prepared


def trial(case, change=lambda seen: seen, form="class", name="refimpl.torch"):
    session = Session()
    subject = Answering(change, name)
    session.runner.subject = lambda _: subject
    return prepare(session, case, name, form)


class EachItsOwn:
    """Answers each trial in its own session."""

    def __getattr__(self, name):
        return lambda trial, **options: getattr(ANSWERS[trial], name)(trial, **options)


def check(aspect, *trials):
    return (CHECKS | COMPARISONS)[aspect](*trials, EachItsOwn())


def worst(findings):
    return max(finding.k for finding in findings)


def what_is_wrong(findings):
    return {finding.what for finding in findings if not finding.k <= LIMIT}


# Comparisons ---------------------------------------------------------------------------------


def test_within_bound_gives_the_worst_element():
    found = compare_within_bound("output", np.float32([[0, 1], [2, 5]]), bounded([[0, 1], [2, 3]]))
    assert (found.k, found.index, found.got, found.expected) == (4.0, (1, 1), 5.0, 3.0)
    assert found.what == "output"


def test_within_bound_of_a_wrong_shape():
    found = compare_within_bound("output", np.zeros((2, 1)), bounded([0, 0]))
    assert (found.k, found.got, found.expected) == (INF, (2, 1), (2,))


def test_within_bound_of_nothing():
    assert compare_within_bound("output", np.zeros((0, 3)), bounded(np.zeros((0, 3)))).k == 0


def test_within_bound_demands_equality_of_integers():
    assert compare_within_bound("indices", np.array([1, 2]), np.array([1, 2])).k == 0
    assert compare_within_bound("indices", np.array([1, 3]), np.array([1, 2])).k == INF


def test_the_exact_regime_rounds_once_and_compares_bits():
    third = bounded([1 / 3])
    assert compare_within_bound("output", np.float32([1 / 3]), third, exact=True).k == 0
    off = np.nextafter(np.float32([1 / 3]), np.float32(1))
    assert compare_within_bound("output", off, third, exact=True).k == INF
    assert compare_within_bound("output", off, third).k < 1


def test_a_comparison_in_which_nothing_is_claimed_is_refused():
    with pytest.raises(NothingCompared, match="every element of the output"):
        compare_within_bound("output", np.zeros(2), bounded([0, 0], INF))
    assert compare_within_bound("output", np.zeros(2), bounded([0, 0], [INF, 1])).k == 0


@pytest.mark.parametrize(
    ("got", "expected", "k"),
    [
        ([NAN], [NAN], 0.0),
        ([NAN], [1.0], INF),
        ([1.0], [NAN], INF),
        ([INF], [INF], 0.0),
        ([INF], [-INF], INF),
        ([0.0], [-0.0], 0.0),
        ([True], [False], INF),
        ([], [], 0.0),
    ],
)
def test_equal(got, expected, k):
    assert compare_arrays("x", np.array(got), np.array(expected)).k == k


def test_equal_names_the_first_difference():
    found = compare_arrays("x", np.array([[1, 2], [3, 4]]), np.array([[1, 2], [9, 8]]))
    assert (found.index, found.got, found.expected) == ((1, 0), 3, 9)


def test_same_words():
    assert compare_values("dtype", "float32", "float32").k == 0
    found = compare_values("dtype", "float32", "float64")
    assert (found.k, found.got, found.expected) == (INF, "float32", "float64")


def test_two_answers_may_be_apart_by_the_bounds_of_both():
    expected = bounded([1.0], 0.25)
    assert compare_answers("x", np.array([1.0]), np.array([1.5]), expected).k == 1.0
    assert compare_answers("x", np.array([1.0]), np.array([1.0]), expected).k == 0.0
    assert compare_answers("x", np.array([1.0]), np.array([[1.0]]), expected).k == INF
    assert compare_answers("x", np.array([1]), np.array([2]), np.array([1])).k == INF


# The checks ----------------------------------------------------------------------------------


def test_every_check_is_named_after_what_must_hold_and_says_it():
    for check in (*CHECKS.values(), *COMPARISONS.values()):
        assert check.__name__.startswith("check_")
        assert check.__doc__.strip()


def test_output_looks_at_every_result():
    case = some("max_pool2d", return_indices=True)
    found = check("output", trial(case))
    assert [finding.what for finding in found] == ["output", "indices"]
    assert worst(found) == 0

    def later(seen):
        return replace(seen, outputs=(seen.outputs[0], seen.outputs[1] + 1))

    assert what_is_wrong(check("output", trial(case, later))) == {"indices"}


def without_bias(seen):
    return replace(seen, gradients={k: v for k, v in seen.gradients.items() if k != "bias"})


def test_a_missing_gradient_is_infinitely_wrong():
    case = some("linear", bias=True)
    found = check("gradient", trial(case, without_bias))
    assert what_is_wrong(found) == {"gradient of bias"}
    assert {finding.what for finding in found} == {
        "gradient of input", "gradient of weight", "gradient of bias"
    }  # fmt: skip


def test_gradients_of_the_wrong_shape_are_found():
    def spoil(seen):
        return replace(seen, gradients={k: v[None] for k, v in seen.gradients.items()})

    assert len(what_is_wrong(check("gradient", trial(some("linear", bias=True), spoil)))) == 3


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda parts: parts[::-1], "names in order"),
        (lambda parts: parts[:1], "names in order"),
        (lambda parts: (*parts, Owned("extra", (), "float32", True)), "names in order"),
        (lambda parts: (replace(parts[0], shape=(9,)), *parts[1:]), "shape of weight"),
        (lambda parts: (replace(parts[0], dtype="float16"), *parts[1:]), "dtype of weight"),
        (lambda parts: (replace(parts[0], trainable=False), *parts[1:]), "weight is trainable"),
        (lambda parts: (replace(parts[0], initial=2.0), *parts[1:]), "initial value of weight"),
        (lambda parts: (replace(parts[0], initial=None), *parts[1:]), "initial value of weight"),
    ],
)
def test_parameters(change, what):
    case = some("batch_norm2d", affine=True, track=True)
    assert not what_is_wrong(check("parameters", trial(case)))
    spoiled = trial(case, lambda seen: replace(seen, owned=change(seen.owned)))
    assert what in what_is_wrong(check("parameters", spoiled))


def test_a_random_first_value_may_be_anything():
    case = some("linear", bias=True)
    same = lambda seen: replace(  # noqa: E731
        seen, owned=tuple(replace(each, initial=3.0) for each in seen.owned)
    )
    assert not what_is_wrong(check("parameters", trial(case, same)))


@pytest.mark.parametrize("training", [True, False])
def test_state(training):
    case = next(
        case
        for case in CASES.values()
        if case.layer == "batch_norm2d" and case.config["track"]
        if case.config["training"] is training and case.dtype == "float32"
    )
    found = check("state", trial(case))
    assert not what_is_wrong(found)
    assert {finding.what for finding in found} == {
        f"{what} after {steps} steps"
        for steps in (1, 3)
        for what in (
            "num_batches_tracked",
            *(f"{of}running_{name}" for of in ("", "dtype of ") for name in ("mean", "var")),
        )
    }
    for name in ("running_mean", "running_var", "num_batches_tracked"):

        def spoil(seen, name=name):
            return replace(seen, state={**seen.state, name: seen.state[name] + 1})

        wrong = what_is_wrong(check("state", trial(case, spoil)))
        assert wrong
        assert all(what.startswith(name) for what in wrong)


def test_purity_of_the_input():
    case = some("relu", inplace=False)
    assert not what_is_wrong(check("purity", trial(case)))
    changed = trial(case, lambda seen: replace(seen, inputs={"input": seen.inputs["input"] + 1}))
    assert what_is_wrong(check("purity", changed)) == {"input after the call"}


def test_in_place_the_input_holds_the_output():
    case = some("relu", inplace=True)
    assert not what_is_wrong(check("purity", trial(case)))
    left = trial(case, lambda seen: replace(seen, inputs={"input": case.draw("input")}))
    assert what_is_wrong(check("purity", left)) == {"the input after the call"}
    copied = trial(case, lambda seen: replace(seen, same_object=False))
    assert what_is_wrong(check("purity", copied)) == {"the output is the input's memory"}


def test_dtype_of_outputs_and_gradients():
    case = some("linear", dtype="float16", bias=True)
    assert not what_is_wrong(check("dtype", trial(case)))

    def wide(seen):
        return replace(
            seen,
            outputs=tuple(each.astype(np.float32) for each in seen.outputs),
            gradients={**seen.gradients, "weight": seen.gradients["weight"].astype(np.float64)},
        )

    assert what_is_wrong(check("dtype", trial(case, wide))) == {
        "dtype of output",
        "dtype of the gradient of weight",
    }


def test_layout_names_the_memory():
    case = some("conv2d", padding_mode="zeros", groups=1, padding=((0, 0), (0, 0)))
    found = check("layout", trial(case, lambda seen: replace(seen, outputs=(-seen.outputs[0],))))
    wrong = what_is_wrong(found)
    assert wrong == {"output (strided input)", "output (channels_last input)"}


def test_an_empty_batch_has_a_shape_and_zero_gradients():
    case = some("linear", bias=True).with_empty_batch()
    assert not what_is_wrong(check("empty", trial(case)))

    def one_row(seen):
        ones = {k: np.ones_like(v) for k, v in seen.gradients.items()}
        return replace(seen, outputs=(np.zeros((1, 3), np.float32),), gradients=ones)

    # Without an example in the output the gradient of the input is empty, and right.
    wrong = what_is_wrong(check("empty", trial(case, one_row)))
    assert wrong == {"shape of output", "gradient of weight", "gradient of bias"}


def test_forms_of_torch_agree_bit_for_bit():
    case = some("linear", bias=True)
    session = Session()
    first, second = (
        prepare(session, case, "refimpl.torch", form) for form in ("class", "function")
    )
    assert worst(check("forms", first, second)) == 0
    up = trial(case, lambda seen: replace(
        seen, outputs=(np.nextafter(seen.outputs[0], np.float32(INF)),)
    ))  # fmt: skip
    assert worst(check("forms", up, second)) == INF
    assert worst(check("output", up)) <= LIMIT
    down = trial(case, lambda seen: replace(seen, gradients={
        name: np.nextafter(each, np.float32(-INF)) for name, each in seen.gradients.items()
    }))  # fmt: skip
    assert what_is_wrong(check("forms", down, second)) == {
        "gradient of input", "gradient of weight", "gradient of bias"
    }  # fmt: skip


def test_forms_of_tensorflow_agree_within_the_bounds_of_both():
    case = some("conv2d", padding_mode="zeros", groups=1, batched=True, padding="same")

    def nearby(seen):
        return replace(seen, outputs=(np.nextafter(seen.outputs[0], np.float32(INF)),))

    second = prepare(Session(), case, "refimpl.tf", "keras")
    found = check("forms", trial(case, nearby, "nn", "refimpl.tf"), second)
    assert 0 < worst(found) <= LIMIT
    far = trial(case, lambda seen: replace(seen, outputs=(-seen.outputs[0],)), "nn", "refimpl.tf")
    assert what_is_wrong(check("forms", far, second)) == {"output"}


def test_forms_are_compared_in_the_gradients_that_both_have():
    case = some("linear", bias=True)
    second = prepare(Session(), case, "refimpl.torch", "function")
    found = check("forms", trial(case, without_bias), second)
    assert [each.what for each in found] == ["output", "gradient of input", "gradient of weight"]
    assert worst(found) == 0


def test_subjects_agree_within_the_bounds_of_both_and_exactly_in_the_exact_regime():
    def nearby(seen):
        return replace(seen, outputs=(np.nextafter(seen.outputs[0], np.float32(INF)),))

    for regime, allowed in (("normal", True), ("exact", False)):
        case = some("linear", regime, bias=True)
        second = prepare(Session(), case, "refimpl.tf", "keras")
        assert worst(check("agreement", trial(case), second)) <= LIMIT
        found = check("agreement", trial(case, nearby), second)
        assert (worst(found) <= LIMIT) is allowed
        far = trial(case, lambda seen: replace(seen, outputs=(seen.outputs[0] + 1,)))
        assert what_is_wrong(check("agreement", far, second)) == {"output"}


# What subjects lack --------------------------------------------------------------------------


class Forward:
    """A subject that gives no gradients."""

    def __init__(self, error):
        self.honest, self.error = load("refimpl.torch"), error
        self.name, self.dialect = "refimpl.torch", self.honest.dialect

    def run(self, request):
        if request.cotangents:
            raise self.error
        return self.honest.run(request)


def forward_only(case, error):
    session = Session()
    session.runner.subject = lambda _: Forward(error)
    return prepare(session, case, "refimpl.torch", "class")


def test_gradients_that_a_subject_does_not_have_are_unsupported():
    with pytest.raises(Unsupported, match="backward"):
        check("gradient", forward_only(some("linear"), Unsupported("no backward")))


def test_without_gradients_layout_and_an_empty_batch_are_judged_by_their_outputs():
    case = some("conv2d", padding_mode="zeros", groups=1, padding=((0, 0), (0, 0)))
    found = check("layout", forward_only(case, Unsupported("no backward")))
    assert [each.what for each in found] == [
        "output (strided input)", "output (channels_last input)"
    ]  # fmt: skip
    assert worst(found) <= LIMIT
    empty = trial(some("linear", bias=True).with_empty_batch(), without_bias)
    assert {each.what for each in check("empty", empty)} == {
        "shape of output", "gradient of input", "gradient of weight"
    }  # fmt: skip


def test_layout_looks_at_gradients_and_does_not_hide_what_raises():
    case = some("conv2d", padding_mode="zeros", groups=1, padding=((0, 0), (0, 0)))

    def spoil(seen):
        return replace(seen, gradients={name: -each for name, each in seen.gradients.items()})

    found = what_is_wrong(check("layout", trial(case, spoil)))
    assert {f"gradient of weight ({each} input)" for each in ("strided", "channels_last")} <= found
    with pytest.raises(SubjectRaised, match="broken"):
        check("layout", forward_only(case, ValueError("broken")))


def test_a_gradient_that_is_none_is_missing():
    def none(seen):
        return replace(seen, gradients={**seen.gradients, "bias": None})

    wrong = what_is_wrong(check("gradient", trial(some("linear", bias=True), none)))
    assert wrong == {"gradient of bias"}


def test_gradients_are_exact_in_the_exact_regime():
    def nearby(seen):
        return replace(seen, gradients={
            name: np.nextafter(each, np.float32(INF)) for name, each in seen.gradients.items()
        })  # fmt: skip

    for regime, wrong in (("normal", 0), ("exact", 3)):
        case = some("linear", regime, bias=True)
        assert len(what_is_wrong(check("gradient", trial(case, nearby)))) == wrong
        assert not what_is_wrong(check("gradient", trial(case)))


def test_gradients_are_wanted_of_what_the_dialect_differentiates():
    case = some("cross_entropy", soft=False)
    found = check("gradient", trial(case))
    assert [each.what for each in found] == ["gradient of input"]


def test_a_buffer_that_is_missing_does_not_hide_the_others():
    case = some("batch_norm2d", track=True, training=True)

    def without_mean(seen):
        return replace(
            seen, state={name: each for name, each in seen.state.items() if name != "running_mean"}
        )

    found = check("state", trial(case, without_mean))
    assert what_is_wrong(found) == {f"running_mean after {steps} steps" for steps in (1, 3)}
    assert {f"{name} after 1 steps" for name in ("running_var", "num_batches_tracked")} <= {
        each.what for each in found
    }


def test_keras_counts_no_batches():
    case = some("batch_norm2d", track=True, training=True, affine=True)
    found = check("state", trial(case, form="keras", name="refimpl.tf"))
    assert not what_is_wrong(found)
    assert not [each for each in found if "num_batches" in each.what]


def test_a_finding_is_a_value():
    found = compare_arrays("x", np.zeros(1), np.zeros(1))
    assert found == compare_arrays("x", np.zeros(1), np.zeros(1))
    with pytest.raises(FrozenInstanceError):
        found.k = 1.0
