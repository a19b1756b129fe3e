"""The accuracy in float32: what is tried, in which unit, against which truth, and what is found."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from xml.etree import ElementTree

import mpmath as mp
import numpy as np
import pytest

from conformance.judging.session import Session
from conformance.layers.dialects import DIALECTS, translate
from conformance.spec.call import Unsupported
from conformance.spec.request import Observation
from conformance.studies.accuracy import command, ulp
from conformance.studies.accuracy.activations import ACTIVATIONS, activations_named, case_of
from conformance.studies.accuracy.exact import NEAR_ZERO, OWN_ERROR, REACH, exact_values
from conformance.studies.accuracy.explanations import (
    FLOAT32_DIVERGENCES,
    UNEXPLAINED,
    explain_large_k,
    stale_divergences,
)
from conformance.studies.accuracy.inputs import (
    BLOCK,
    STRATA,
    block_of_all,
    exponent_of,
    sample_inputs,
    to_numbers,
)
from conformance.studies.accuracy.measure import (
    AccuracyPlan,
    divide_work,
    input_blocks,
    measure,
    measure_block,
    merge,
)
from conformance.studies.accuracy.page import (
    format_error,
    format_input,
    list_unexplained,
    render_page,
    to_json,
)
from conformance.studies.accuracy.plot import Curve, draw_plot
from conformance.studies.accuracy.results import Mistake, WorstByStratum
from conformance.subjects.loading import load

F32 = np.float32
INF, NAN = math.inf, math.nan
LARGEST = float(np.finfo(F32).max)


# What is tried ---------------------------------------------------------------------------------


def test_a_sample_has_every_sign_and_exponent_and_every_part_of_their_mantissas():
    drawn = sample_inputs(16)
    assert (np.diff(drawn.astype(np.int64)) > 0).all()
    for stratum in range(STRATA):
        mantissas = drawn[drawn >> 23 == stratum] & (2**23 - 1)
        assert {0, 1, 2**23 - 2, 2**23 - 1} <= set(mantissas.tolist())
        assert set((mantissas >> 19).tolist()) == set(range(16))
    values = to_numbers(drawn)
    assert {0.0, INF, -INF, 2.0**-149, 2.0**-126, LARGEST, -LARGEST} <= set(values.tolist())
    assert np.isnan(values).any()
    assert (drawn == sample_inputs(16)).all()


def test_a_landmark_brings_its_neighbours():
    plain, marked = sample_inputs(2), sample_inputs(2, (3.0, -1.2784645))
    for point in (F32(3.0), F32(-1.2784645)):
        bits = int(point.view(np.uint32))
        around = set(range(bits - 16, bits + 17))
        assert around <= set(marked.tolist())
        assert not around <= set(plain.tolist())


def test_the_blocks_are_all_numbers_once_and_the_shares_all_blocks():
    assert (block_of_all(0) == np.arange(BLOCK)).all()
    last = block_of_all(2**32 // BLOCK - 1)
    assert (last[0], last[-1]) == (2**32 - BLOCK, 2**32 - 1)
    plan = AccuracyPlan(("refimpl.torch",), ("relu", "tanh"), every=True)
    for name in plan.activations:
        parts = [each for each in divide_work(plan) if each.activation == name]
        assert [p.first for p in parts] == [0, *(p.last for p in parts[:-1])]
        assert parts[-1].last * BLOCK == 2**32
    few = replace(plan, every=False, per_stratum=200)
    drawn = [bits for part in divide_work(few, 1) for bits in input_blocks(few, part)]
    assert sum(map(len, drawn)) == 2 * sample_inputs(200).size


def test_exponents_are_those_of_the_numbers():
    for value in (1.0, -1.5, 0.1, LARGEST, 2.0**-126):
        stratum = int(F32(value).view(np.uint32)) >> 23
        assert exponent_of(stratum) == math.frexp(value)[1] - 1
    assert exponent_of(int(F32(1e-40).view(np.uint32)) >> 23) == -127
    assert exponent_of(int(F32(INF).view(np.uint32)) >> 23) == 128


# The unit --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (1.0, 2.0**-23),
        (math.nextafter(1.0, 0.0), 2.0**-24),
        (-1.999, 2.0**-23),
        (2.0, 2.0**-22),
        (2.0**-126, 2.0**-149),
        (2.0**-127, 2.0**-149),
        (1e-300, 2.0**-149),
        (0.0, 2.0**-149),
        (LARGEST, 2.0**104),
        (3.9e38, 2.0**104),
        (INF, 2.0**104),
        (NAN, 2.0**104),
    ],
)
def test_the_unit_is_that_of_the_exact_value(value, unit):
    assert ulp.unit_of(np.array([value]))[0] == unit


@pytest.mark.parametrize(
    ("got", "value", "error"),
    [
        (1.0, 1.0, 0.0),
        (1.0 + 2**-23, 1.0, 1.0),
        (1.0 - 2**-24, 1.0, 0.5),  # below the border numbers are twice as dense
        (1.0, 1.0 - 2**-24, 1.0),
        (1.0, 1.0 + 2**-25, 0.25),
        (-1.0, 1.0, 2.0**24),
        (0.0, 2.0**-126, 2.0**23),  # the smallest normal number, flushed
        (0.0, 2.0**-150, 0.5),
        (2.0**-149, 0.0, 1.0),
        (-0.0, 0.0, 0.0),
        (NAN, NAN, 0.0),
        (INF, INF, 0.0),
        (-INF, INF, INF),
        (NAN, 1.0, INF),
        (1.0, NAN, INF),
        (INF, NAN, INF),
        (LARGEST, INF, INF),
        (INF, LARGEST, 1.0),
        (INF, LARGEST - 2.0**104, INF),
        (INF, 3.41e38, 0.0),  # what rounds to infinity
        (LARGEST, 2.0**128 - 2.0**103, 0.5),
        (INF, 1.0, INF),
    ],
)
def test_the_error_is_in_units_of_the_exact_value(got, value, error):
    assert ulp.error_in_ulp(np.array([got], F32), np.array([value]))[0] == error


# The truth -------------------------------------------------------------------------------------


def _logistic(x):
    return 1 / (1 + mp.exp(-x))


def _tanh_form(x):
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf(0.044715) * x**3)))


def _below(x, left):
    return x if x > 0 else left(x)


SCALE, ALPHA = mp.mpf(1.0507009873554805), mp.mpf(1.6732632423543772)
TRUTHS = {
    "relu": lambda x, c: max(x, mp.mpf(0)),
    "relu6": lambda x, c: min(max(x, mp.mpf(0)), mp.mpf(6)),
    "leaky_relu": lambda x, c: _below(x, lambda x: x * mp.mpf(c["negative_slope"])),
    "elu": lambda x, c: _below(x, mp.expm1),
    "selu": lambda x, c: SCALE * _below(x, lambda x: ALPHA * mp.expm1(x)),
    "celu": lambda x, c: _below(x, mp.expm1),
    "gelu": lambda x, c: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "gelu-tanhform": lambda x, c: _tanh_form(x),
    "silu": lambda x, c: x * _logistic(x),
    "mish": lambda x, c: x * mp.tanh(mp.log1p(mp.exp(x))),
    "sigmoid": lambda x, c: _logistic(x),
    "log_sigmoid": lambda x, c: -mp.log1p(mp.exp(-x)),
    "tanh": lambda x, c: mp.tanh(x),
    "softplus": lambda x, c: x if c["threshold"] and x > c["threshold"] else mp.log1p(mp.exp(x)),
    "softsign": lambda x, c: x / (1 + abs(x)),
    "hardtanh": lambda x, c: min(max(x, mp.mpf(-1)), mp.mpf(1)),
    "hardsigmoid": lambda x, c: min(max(x + 3, mp.mpf(0)), mp.mpf(6)) / 6,
    "hardswish": lambda x, c: x * min(max(x + 3, mp.mpf(0)), mp.mpf(6)) / 6,
    "prelu": lambda x, c: _below(x, lambda x: x / 4),
}
BENDS = (0.0, 1.0, -1.0, 3.0, -3.0, 6.0, 20.0)


def _points(name):
    """Some of every exponent to 2^13, finer where most happens, and next to each landmark."""
    drawn = to_numbers(sample_inputs(1, ACTIVATIONS[name].landmarks)[::5])
    near = np.concatenate([np.linspace(-18, 18, 73), [-104.0, -88.5, -87.3, 87.3, 88.5, 104.0]])
    near = near.astype(F32) * F32(1.0001)
    far = np.array([2.0**20, 2.0**33, 2.0**63, 2.0**100], F32)
    x = np.concatenate([drawn[np.abs(drawn) < 8192.0], near, far, -far])
    return x[~np.isin(x, BENDS)]


@pytest.mark.parametrize("dialect", ["torch", "tf"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_exact_values_are_those_of_fifty_digits(name, dialect):
    """The truth is right to a small part of a unit, whatever the slope is found from elsewhere."""
    x = _points(name)
    assert x.size > 100
    case = case_of(ACTIVATIONS[name], x)
    conventions = _conventions(case, dialect)
    values, slopes = (each.ravel() for each in exact_values(case, conventions))
    config = {**case.config, **conventions}
    zeros = [each for each in ACTIVATIONS[name].landmarks if -1.4 < each < -0.7]
    with mp.workdps(50):
        for at, value, slope in zip(x.tolist(), values, slopes, strict=True):
            point = mp.mpf(at)
            truth = TRUTHS[name](point, config)
            assert _off(value, truth) <= OWN_ERROR, (at, value, truth)
            with mp.workdps(150):  # the step must not cancel
                step = mp.mpf(10) ** -60 * max(abs(point), mp.mpf(10) ** -40)
                up, down = (TRUTHS[name](point + s * step, config) for s in (1, -1))
                truth = (up - down) / (2 * step)
            near = any(abs(at - zero) < REACH for zero in zeros)
            assert _off(slope, truth) <= (NEAR_ZERO if near else OWN_ERROR), (at, slope, truth)


def _conventions(case, dialect):
    for form in DIALECTS[dialect].forms[case.layer]:
        try:
            return DIALECTS[dialect].translate(case, form).conventions
        except Unsupported:
            continue
    raise AssertionError(case.layer)


def _off(value, truth):
    return abs(mp.mpf(float(value)) - truth) / mp.mpf(ulp.unit_of(np.array([float(truth)]))[0])


# What is found ---------------------------------------------------------------------------------


class Planted:
    """refimpl's torch with one wrong result."""

    name, dialect = "planted", "torch"

    def __init__(self, at, output=None, gradient=None):
        self._inner, self._at = load("refimpl.torch"), F32(at)
        self._output, self._gradient = output, gradient

    def run(self, request):
        seen = self._inner.run(request)
        (output,), gradients = seen.outputs, dict(seen.gradients)
        here = request.arrays["input"] == self._at
        if self._output is not None:
            output = np.where(here, F32(self._output), output)
        if self._gradient is not None:
            gradients["input"] = np.where(here, F32(self._gradient), gradients["input"])
        return Observation((output,), gradients)


def found_of(subject, name="tanh", drawn=None):
    session = Session(given={subject.name: subject})
    bits = sample_inputs(8) if drawn is None else drawn
    return measure_block(ACTIVATIONS[name], bits, session, [subject.name])[name, subject.name]


AT = 1.0 - 2.0**-24  # the last number of its exponent


def test_a_planted_error_is_found_at_its_place():
    wrong = math.tanh(AT) + 100 * 2**-24
    healthy = found_of(Planted(AT))
    found = found_of(Planted(AT, output=wrong))
    place = found.parts["output"].ulp.worst_case()
    assert place.input == AT
    assert place.got == float(F32(wrong))
    assert place.exact == pytest.approx(math.tanh(AT), rel=1e-15)
    assert 99 < place.error < 101
    assert found.parts["output"].k.worst_case().input == AT
    assert (
        found.parts["output"].k.worst_case().error
        > 4
        > healthy.parts["output"].k.worst_case().error
    )
    assert healthy.parts["output"].ulp.worst_case().error < 2
    unaffected = found.parts["output"].ulp.error[healthy.parts["output"].ulp.bits != place.input]
    assert (unaffected <= 100.5).all()
    gradients = [each.parts["gradient"].ulp.error for each in (found, healthy)]
    assert (gradients[0] == gradients[1]).all()


def test_a_planted_gradient_is_found_at_its_place():
    found = found_of(Planted(-AT, gradient=0.5), "sigmoid")
    place = found.parts["gradient"].k.worst_case()
    assert (place.input, place.got) == (-AT, 0.5)


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [(NAN, ("NaN", "a number")), (INF, ("an infinity", "a number"))],
)
def test_what_is_no_number_is_listed_and_does_not_hide_the_rest(wrong, mistake):
    found = found_of(Planted(AT, output=wrong))
    (key,) = found.mistakes
    assert key == Mistake("output", *mistake, "positive")
    assert (found.mistakes[key].count, found.mistakes[key].least) == (1, AT)
    part = found.parts["output"]
    assert part.lost.sum() == 1
    assert part.lost[int(F32(AT).view(np.uint32)) >> 23] == 1
    assert part.ulp.worst_case().error < 2
    assert part.k.worst_case().error > 1e30


def test_a_flushed_result_is_told_apart():
    found = found_of(Planted(2.0**-127, output=0.0), drawn=sample_inputs(2, (2.0**-127,)))
    assert found.parts["output"].tiny.worst_case()[:2] == (2.0**22, 2.0**-127)
    assert found.parts["output"].ulp.worst_case().error < 2


def test_what_is_left_over_by_vectors_is_filled_up():
    lengths = []

    class Counts(Planted):
        def run(self, request):
            lengths.append(request.arrays["input"].size)
            return super().run(request)

    found = found_of(Counts(AT), drawn=sample_inputs(1)[:100])
    assert lengths == [128]
    assert found.count == 100


def test_a_subject_that_raises_or_lacks_something_is_told_so():
    class Raises(Planted):
        def run(self, request):
            raise ArithmeticError("no")

    class NoGradient(Planted):
        def run(self, request):
            seen = super().run(request)
            return Observation(seen.outputs, lacking={"gradients": "not implemented: gradients"})

    class WrongShape(Planted):
        def run(self, request):
            seen = super().run(request)
            return Observation((seen.outputs[0][1:],), seen.gradients)

    raised = found_of(Raises(AT))
    assert not raised.parts
    assert any("planted raised ArithmeticError: no" in note for note in raised.notes)
    lacks = found_of(NoGradient(AT))
    assert (set(lacks.parts), lacks.notes) == ({"output"}, {"not implemented: gradients"})
    (note,) = found_of(WrongShape(AT)).notes
    assert note.startswith("output of shape")


def test_a_block_leaves_nothing_in_memory():
    session = Session(given={"planted": Planted(AT)})
    measure_block(ACTIVATIONS["relu"], sample_inputs(1), session, ["planted"])
    memories = (translate, session.answers._observed, session.oracle._expected)
    assert [memory.cache_info().misses for memory in memories] == [0, 0, 0]


def test_the_order_of_merging_does_not_matter():
    plan = AccuracyPlan(
        ("refimpl.torch", "refimpl.tf"), ("gelu-tanhform", "softsign"), per_stratum=300
    )
    parts = [measure(plan, share) for share in divide_work(plan, 1)]
    assert len(parts) > 4
    texts = []
    for order in (parts, parts[::-1], parts[1::2] + parts[::2]):
        results = {}
        for part in order:
            merge(results, part)
        results = dict(sorted(results.items()))
        texts.append(json.dumps(to_json(results, plan)))
    whole = {}
    for share in divide_work(plan, 64):
        merge(whole, measure(plan, share))
    texts.append(json.dumps(to_json(dict(sorted(whole.items())), plan)))
    assert len(set(texts)) == 1


def test_of_equal_errors_the_first_input_is_kept():
    bits = np.array([5, 6, 7], np.uint32)
    first, second = WorstByStratum(), WorstByStratum()
    first.add(bits, np.array([1.0, 3.0, 3.0]), np.zeros(3), np.zeros(3))
    second.add(bits - np.uint32(2), np.array([0.0, 0.0, 3.0]), np.zeros(3), np.zeros(3))
    both, other = WorstByStratum(), WorstByStratum()
    both.merge(first)
    both.merge(second)
    other.merge(second)
    other.merge(first)
    assert first.bits[0] == 6
    assert both.bits[0] == other.bits[0] == 5
    assert (both.error[0], both.error[1]) == (3.0, -1.0)
    assert WorstByStratum().worst_case() is None


def test_no_activation_of_refimpl_exceeds_the_limit():
    plan = AccuracyPlan(("refimpl.torch", "refimpl.tf"), per_stratum=4)
    results = {}
    for share in divide_work(plan):
        merge(results, measure(plan, share))
    assert len(results) == 2 * len(ACTIVATIONS)
    assert list(list_unexplained(results)) == []
    for found in results.values():
        assert not found.notes
        assert found.count > 4 * STRATA
        for part in found.parts.values():
            assert part.k.worst_case().error < 2


# What is known, and what is said ---------------------------------------------------------------


def _measured(output):
    """A result of gelu for torch, with one wrong number or none."""
    subject = Planted(AT, output=output)
    found = found_of(subject, "gelu")
    found.form = "function"
    return found


def test_what_is_above_the_limit_is_explained_by_a_record_or_not_at_all():
    wrong, right = _measured(NAN), _measured(None)
    assert any(
        "infinite from 2¹²⁷" in each for each in explain_large_k("gelu", "output", "torch", wrong)
    )
    assert explain_large_k("gelu", "output", "planted", wrong) == [UNEXPLAINED]
    assert explain_large_k("gelu", "output", "torch", right) == []
    # And a finding that does not show is stale.
    assert len(stale_divergences("gelu", "output", "torch", right)) == 1
    assert stale_divergences("gelu", "output", "torch", wrong) == []
    assert list(list_unexplained({("gelu", "planted"): wrong})) == [
        "gelu, planted, value: not on record"
    ]
    (line,) = list_unexplained({("gelu", "torch"): right})
    assert "no longer happens" in line


def test_findings_speak_of_activations_that_there_are():
    layers = {each.layer for each in ACTIVATIONS.values()}
    for finding in FLOAT32_DIVERGENCES:
        assert set(finding.layers) <= layers
        assert finding.sentence.endswith(".")
        assert finding.reason.endswith(".")
        covered = [
            name
            for name, each in ACTIVATIONS.items()
            if finding.covers(
                case_of(each, np.zeros(1, F32)), finding.aspects[0], finding.subjects[0], "function"
            )
        ]
        assert covered


def test_the_page_and_the_picture_show_what_was_found():
    subject = Planted(AT, output=NAN, gradient=0.0)
    found = found_of(subject)
    results = {("tanh", "planted"): found}
    plan = AccuracyPlan(("planted",), ("tanh",), per_stratum=8)
    text = render_page(results, plan, "the command", {"numpy": "2", "torch": None})
    assert "Of each, 8 numbers were tried" in text
    assert "![tanh: the largest error" in text
    assert "planted: value: NaN in place of a number at 0.99999994 (`0x1.fffffep-1`)" in text
    assert "**not explained**" in text
    assert "numpy 2" in text
    assert "{" not in text
    assert "All 4,294,967,296" in render_page(results, replace(plan, every=True), "c", {})
    values = json.loads(json.dumps(to_json(results, plan)))
    (entry,) = values["activations"]
    assert entry["quantities"]["output"]["wrong"] == 1
    assert len(entry["quantities"]["output"]["ulp_by_stratum"]) == STRATA
    picture = draw_plot("tanh", [Curve("planted", found.parts), Curve("torch", found.parts)])
    root = ElementTree.fromstring(picture)
    shown = "".join(root.itertext())
    assert "NaN or ∞" in shown
    assert "planted" in shown
    assert "nan" not in picture
    assert len(picture) < 60_000


def test_numbers_are_written_as_they_are_read():
    assert format_input(float(F32(0.1))) == "0.100000001 (`0x1.99999ap-4`)"
    assert format_input(-(2.0**-149)) == "−1.40129846e-45 (`-0x1p-149`)"
    assert [format_input(each) for each in (0.0, INF, -INF, NAN)] == [
        "0 (`0x0p+0`)",
        "∞",
        "−∞",
        "NaN",
    ]
    shown = [format_error(each) for each in (0.0, 0.5, 45.678, 1234.5, 1.68e7, 9.2e18, INF)]
    assert shown == ["0", "0.50", "45.68", "1,234", "1.7·10⁷", "9.2·10¹⁸", "∞"]


def test_the_command_writes_its_page_pictures_and_json(tmp_path, capsys):
    report = tmp_path / "accuracy.json"
    arguments = ["--subject", "refimpl.torch", "--layer", "gelu", "--per-exponent", "2"]
    given = [*arguments, "--docs", str(tmp_path), "--report-json", str(report)]
    assert command.main(given) == 0
    text = (tmp_path / "accuracy.md").read_text(encoding="utf-8")
    assert "conformance accuracy --subject refimpl.torch --layer gelu" in text
    assert {each.name for each in (tmp_path / "accuracy").iterdir()} == {
        "gelu.svg",
        "gelu-tanhform.svg",
    }
    assert len(json.loads(report.read_text())["activations"]) == 2
    shown = capsys.readouterr().out
    assert "[gelu](#gelu)" in shown
    assert "million a second" in shown


def test_processes_do_not_change_the_result(tmp_path):
    reports = []
    for processes in ("1", "2"):
        report = tmp_path / f"{processes}.json"
        arguments = ["--subject", "refimpl.tf", "--layer", "relu", "--layer", "tanh"]
        given = [*arguments, "--per-exponent", "2", "-n", processes, "--report-json", str(report)]
        assert command.main(given) == 0
        reports.append(report.read_text())
    assert reports[0] == reports[1]


def test_a_subject_of_ones_own_is_measured(tmp_path, capsys):
    file = tmp_path / "own.py"
    file.write_text(
        "import numpy as np\nimport conformance\n"
        "class Own(conformance.FunctionSubject):\n"
        "    name, dialect = 'own', 'torch'\n"
        "    functions = {'nn.functional.tanh': lambda input: np.float32(1.1) * np.tanh(input)}\n",
        encoding="utf-8",
    )
    arguments = ["--subject", f"{file}:Own", "--layer", "tanh", "--layer", "relu"]
    assert command.main([*arguments, "--per-exponent", "2"]) == 1
    shown = capsys.readouterr().out
    assert "✗ tanh, own, value: not on record" in shown
    assert "relu" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--layer", "conv2d"], "--layer: must be one of relu, relu6,"),
        (["--per-exponent", "0"], "--per-exponent: must be a positive number; got '0'"),
        (["-n", "x"], "-n: must be a positive number; got 'x'"),
        (["--docs", "nowhere"], "--docs: must be a folder that exists; got 'nowhere'"),
        (["--every", "--per-exponent", "3"], "not allowed with"),
    ],
)
def test_bad_options_are_named(arguments, said, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert said in capsys.readouterr().err


def test_an_unknown_subject_is_named(capsys):
    assert command.main(["--subject", "jax"]) == 2
    assert "jax" in capsys.readouterr().err


def test_layers_are_found_by_either_name():
    assert [each.name for each in activations_named("gelu")] == ["gelu", "gelu-tanhform"]
    assert [each.name for each in activations_named("gelu-tanhform")] == ["gelu-tanhform"]
    with pytest.raises(ValueError, match="must be one of relu"):
        activations_named("gelo")
