"""The base classes: a page is enough, and what is left out or wrong has a clear message."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import conformance
from conformance import FunctionSubject, Gap, LayerSubject, Unsupported, Verdict
from conformance.report.failures import render_failures
from conformance.report.json import write_report
from conformance.report.reading import read_report
from conformance.report.summary import Report
from conformance.report.terminal import render_report

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, on NaN and infinity

NORM = "batch_norm1d-*"


class Norm(LayerSubject):
    """A batch norm that goes forward; tests add to it, and break it."""

    name, dialect = "norm", "torch"

    def build(self, target, arguments):
        if target != "nn.BatchNorm1d":
            raise Unsupported("not implemented: only BatchNorm1d")
        return {"arguments": arguments}

    def load(self, instance, arrays):
        instance.update(arrays)

    def forward(self, instance, *inputs, training):
        arguments, (x,) = instance["arguments"], inputs
        wide = x.astype(np.float64)
        axes = (0, 2)[: x.ndim - 1]
        shape = (1, -1, 1)[: x.ndim]
        tracks = arguments["track_running_stats"]
        mean, variance = wide.mean(axes), wide.var(axes)
        if tracks and not training:
            mean, variance = instance["running_mean"], instance["running_var"]
        scale = 1 / np.sqrt(variance.astype(np.float64) + arguments["eps"])
        out = (wide - mean.reshape(shape)) * scale.reshape(shape)
        if "weight" in instance:
            out = out * instance["weight"].astype(np.float64).reshape(shape)
            out = out + instance["bias"].astype(np.float64).reshape(shape)
        return out.astype(x.dtype)


def verdicts(subject, aspect, case=NORM, form="-class"):
    records = conformance.check(subject, case=case, aspect=aspect)
    return [record for record in records if record.form == form.strip("-")]


def messages_of(records):
    return Counter((record.verdict.value, record.message) for record in records)


def test_three_methods_are_enough_for_outputs():
    found = verdicts(Norm, "output", "batch_norm1d-*float32")
    assert {record.verdict for record in found} == {Verdict.PASS}


@pytest.mark.parametrize(
    ("aspect", "missing"),
    [("gradient", "backward()"), ("parameters", "parameters()"), ("state", "buffers()")],
)
def test_what_is_left_out_is_unsupported_and_counted(aspect, missing):
    sentence = f"not implemented: the subject has no {missing}"
    found = messages_of(verdicts(Norm, aspect))
    assert list(found) == [("unsupported", sentence)]


def test_what_is_left_out_does_not_cost_the_rest():
    for aspect in ("dtype", "purity", "layout"):
        found = verdicts(Norm, aspect)
        assert {record.verdict for record in found} == {Verdict.PASS}, aspect


def test_functions_and_layers_that_are_not_there_are_unsupported():
    functions = verdicts(Norm, "output", form="function")
    assert (
        "unsupported",
        "not implemented: it is not among the subject's functions",
    ) in messages_of(functions)
    tanh = FunctionSubject("f", "torch", {"nn.functional.tanh": lambda input: np.tanh(input)})
    assert messages_of(verdicts(tanh, "output", "tanh-*")) == {
        ("unsupported", "not implemented: the subject has functions only"): len(
            verdicts(tanh, "output", "tanh-*")
        )
    }


def test_owned_things_and_buffers_are_looked_at_where_they_are_given():
    class Whole(Norm):
        wrong = False

        def build(self, target, arguments):
            made = super().build(target, arguments)
            features, dtype = arguments["num_features"], arguments["dtype"]
            if arguments["affine"]:
                made["weight"], made["bias"] = np.ones(features, dtype), np.zeros(features, dtype)
            if arguments["track_running_stats"]:
                made["running_mean"] = np.zeros(features, dtype)
                made["running_var"] = np.ones(features, dtype) + self.wrong
                made["num_batches_tracked"] = np.array(0)
            return made

        def _some(self, instance, names):
            return {name: instance[name] for name in names if name in instance}

        def parameters(self, instance):
            return self._some(instance, ("weight", "bias"))

        def buffers(self, instance):
            names = ("running_mean", "running_var", "num_batches_tracked")
            return self._some(instance, names)

    class Wrong(Whole):
        wrong = True

    assert {record.verdict for record in verdicts(Whole, "parameters")} == {Verdict.PASS}
    assert Verdict.FAIL in {record.verdict for record in verdicts(Wrong, "parameters")}
    # It never moves its statistics: right in evaluation, wrong in training.
    state = verdicts(Whole, "state", "batch_norm1d-*float32")
    assert {record.verdict for record in state} == {Verdict.PASS, Verdict.FAIL}


def test_a_missing_buffer_is_named():
    class Forgetful(Norm):
        def buffers(self, instance):
            return {"running_mean": instance["running_mean"]}

    found = verdicts(Forgetful, "state")
    assert {record.verdict for record in found} == {Verdict.FAIL}
    assert "no such buffer" in found[0].message


class Tanh(FunctionSubject):
    """The hyperbolic tangent, with a gradient; tests break it."""

    name, dialect = "tanh", "torch"

    def __init__(self, answer=lambda x: x, gradient=lambda x: {"input": x}):
        super().__init__(functions={"nn.functional.tanh": lambda input: answer(self.right(input))})
        self.gradient = gradient

    def right(self, x):
        return np.tanh(x.astype(np.float64)).astype(x.dtype)

    def backward(self, instance, cotangents):
        assert instance.name == "nn.functional.tanh"
        x = instance.arrays["input"].astype(np.float64)
        bar = cotangents[0].astype(np.float64) / np.cosh(x) ** 2
        return self.gradient(bar.astype(instance.arrays["input"].dtype))


def tanh(aspect="output", **changes):
    [record] = conformance.check(
        Tanh(**changes), claims=[f"{aspect}/tanh-normal-float32-tanh-function"]
    )
    return record


@pytest.mark.parametrize("aspect", ["output", "gradient"])
def test_a_function_goes_forward_and_backward(aspect):
    assert tanh(aspect).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: x.tolist(), "result 0 of forward() must be a NumPy array; got a list"),
        (lambda x: None, "result 0 of forward() must be a NumPy array; got a NoneType"),
        (lambda x: (x, x), "1 result(s) are wanted (output); got 2"),
        (lambda x: x.astype(str), "must hold numbers; got an array of dtype <U"),
        (lambda x: x.astype(object), "must hold numbers; got an array of dtype object"),
    ],
)
def test_an_answer_that_cannot_be_read_is_an_error_that_says_why(answer, message):
    found = tanh(answer=answer)
    assert found.verdict is Verdict.ERROR
    assert message in found.message
    assert "the suite itself" not in found.message


@pytest.mark.parametrize(
    ("change", "aspect", "message"),
    [
        (lambda x: x[:1], "output", "worst at  shape"),
        (lambda x: x.astype(np.float64), "dtype", "expected  float32"),
        (lambda x: x + np.float32(1), "output", "wrong: output"),
    ],
)
def test_a_wrong_shape_dtype_or_number_is_a_failure(change, aspect, message):
    narrow = {"case": "tanh-*", "aspect": aspect}
    found = [r for r in conformance.check(Tanh(change), **narrow) if r.form == "function"]
    failed = [record for record in found if record.verdict is Verdict.FAIL]
    assert any(message in record.message for record in failed)


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (
            lambda x: {"inptu": x},
            "there is no 'inptu' to give a gradient of (did you mean 'input'?); there are input",
        ),
        (lambda x: x, "gradients must be a mapping of names to arrays; got"),
        (lambda x: {"input": [1.0]}, "'input' of gradients must be a NumPy array; got a list"),
    ],
)
def test_a_gradient_that_cannot_be_read_is_an_error_that_says_why(gradient, message):
    found = tanh("gradient", gradient=gradient)
    assert found.verdict is Verdict.ERROR
    assert message in found.message


def test_a_missing_gradient_fails():
    assert tanh("gradient", gradient=lambda x: {"input": None}).verdict is Verdict.FAIL


def test_what_an_adapter_raises_says_where():
    def answer(x):
        raise KeyError("weihgt")

    found = tanh(answer=answer)
    assert found.verdict is Verdict.ERROR
    first, last = found.message.splitlines()
    assert first.startswith("tanh raised KeyError: 'weihgt' (test_adapter.py, line ")
    assert first.endswith(", in answer)")
    assert last.startswith("again     conformance.check(")


def test_what_is_lent_is_a_copy():
    subject = Tanh(answer=lambda x: x)
    broken = FunctionSubject(
        "broken",
        "torch",
        {"nn.functional.tanh": lambda input: np.multiply(subject.right(input), 1, out=input)},
    )
    for aspect, verdict in (("output", Verdict.PASS), ("purity", Verdict.FAIL)):
        found = verdicts(broken, aspect, "tanh-*", form="function")
        assert {record.verdict for record in found} == {verdict}


# Gaps -------------------------------------------------------------------------------------------


def gapped(*gaps, answer=lambda x: x):
    subject = Tanh(answer)
    subject.lacks = gaps
    [record] = conformance.check(subject, claims=["output/tanh-normal-float32-tanh-function"])
    return record


def test_a_gap_that_fails_or_raises_is_unsupported_with_its_reason():
    def raising(x):
        raise RuntimeError("no kernel")

    gap = Gap("nn.functional.t*", "not yet", "upstream has none")
    for answer in (lambda x: x + 1, raising):
        found = gapped(gap, answer=answer)
        assert found.verdict is Verdict.UNSUPPORTED
        assert (found.message, found.k) == ("not yet: upstream has none", None)


def test_a_gap_that_works_is_stale():
    found = gapped(Gap("nn.functional.tanh", "never", "too hard"))
    assert found.verdict is Verdict.STALE
    assert found.message.startswith("declared as lacking, but it works: never: too hard\nagain  ")
    assert found.divergence == "never: too hard"


@pytest.mark.parametrize(
    "narrow",
    [
        {"aspects": ("gradient",)},
        {"dtypes": ("*16",)},
        {"when": lambda call: "nothing" in call.arguments},
    ],
)
def test_a_gap_covers_what_it_says_and_no_more(narrow):
    gap = Gap("nn.functional.tanh", "not implemented", **narrow)
    assert gapped(gap).verdict is Verdict.PASS
    assert gapped(gap, answer=lambda x: x + 1).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nn.Tanh", "someday"), "status of a Gap must be one of 'not implemented', 'not yet'"),
        (("nn.Tanh", "never"), "a Gap that is 'never' needs a reason"),
        (("nn.Tanh", "not yet"), "a Gap that is 'not yet' needs a reason"),
        (("nn.Tanh", "never", "no", "gradient"), "aspects of a Gap must be a tuple of str"),
    ],
)
def test_a_gap_that_says_too_little_is_refused(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Gap(*arguments)
    assert Gap("nn.Tanh", "not implemented").sentence == "not implemented"


class BrokenError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("\ud800"), "tanh raised ValueError: \\ud800 ("),
        (ValueError("\x1b[31mred\x1b[0m \x1b[2J"), "tanh raised ValueError: red \\x1b[2J ("),
        (ValueError("[red]"), "tanh raised ValueError: [red] ("),
        (BrokenError(), "tanh raised BrokenError: (its message cannot be read: str() raised Runt"),
        (ValueError("a" * 10_000_000), "\n… (cut: 10,000,000 characters in all) …\n"),
    ],
)
def test_any_message_of_an_exception_can_be_reported(tmp_path, error, shown):
    def refuse(x):
        raise error

    found = tanh(answer=refuse)
    assert found.verdict is Verdict.ERROR
    assert shown in found.message
    assert "\nagain  " in found.message
    assert len(found.message) < 10_000
    report = Report.of([found])
    write_report(report, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json")[0].records == (found,)
    assert (render_failures(report) + render_report(report)).encode()


@pytest.mark.parametrize("part", ["the call", "the gradient"])
@pytest.mark.parametrize("reason", ["", "never", "perhaps", "Not yet: soon", "not implementable"])
def test_a_reason_in_other_words_is_an_error(reason, part):
    def refuse(x):
        raise Unsupported(reason)

    aspect = "output" if part == "the call" else "gradient"
    found = tanh(aspect, **{"answer" if part == "the call" else "gradient": refuse})
    assert found.verdict is Verdict.ERROR
    assert "the reason for what is unsupported must begin with 'not implemented'" in found.message
    assert f"got {reason!r}" in found.message


def test_the_documented_reasons_are_taken():
    for reason in ("not implemented", "not yet", "not yet: soon", "never: by design\nand more"):

        def refuse(x, reason=reason):
            raise Unsupported(reason)

        assert tanh(answer=refuse).verdict is Verdict.UNSUPPORTED


def test_a_gap_that_covers_nothing_is_refused():
    with pytest.raises(ValueError, match=r"got 'nn.Conv3D' \(did you mean 'nn.Conv3d' or "):
        gapped(Gap("nn.Conv3D", "not implemented"))
