"""Published tolerances: each rule on numbers made by hand, and the totals of the page."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import ml_dtypes
import numpy as np
import pytest

from conformance.checks import Pair
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.oracle.bounds import Bounded, Unit
from conformance.programs import all_cases, all_mutants
from conformance.studies.kill_matrix import harness
from conformance.studies.kill_matrix import run as matrix
from conformance.studies.kill_matrix.harness import WorkItem
from conformance.studies.tolerances import command, dot_product, webnn
from conformance.studies.tolerances import run as running
from conformance.studies.tolerances.comparison import Comparison, compare_answer
from conformance.studies.tolerances.page import render_page, to_json
from conformance.studies.tolerances.results import (
    CountKey,
    HealthyCounts,
    MutantJudgement,
    ToleranceResults,
)
from conformance.studies.tolerances.rules import RULES
from conformance.studies.tolerances.run import compare_rules
from conformance.subjects.protocol import SubjectRaised

DOCS = Path(__file__).parents[3] / "docs"
NAMED = {rule.name: rule for rule in RULES}
GENERIC = ("torch.testing", "ONNX", "Keras", "array-api-tests")
FORMATS = {"float64": np.float64, "float32": np.float32, "float16": np.float16,
           "bfloat16": ml_dtypes.bfloat16}  # fmt: skip
MUTANT = {mutant.id: mutant for mutant in all_mutants()}


def some(layer, dtype="float32", **config):
    return next(
        case
        for case in all_cases()
        if case.layer == layer and case.dtype == dtype
        if all(case.config.get(name) == value for name, value in config.items())
    )


def compared(got, value, dtype="float32", layer="tanh", bound=1e-9, aspect="output", case=None):
    """An array beside its reference, in a case of some layer."""
    case = case or some(layer, dtype)
    if got is not None:
        got = np.atleast_1d(np.asarray(got)).astype(FORMATS.get(dtype, dtype))
    expected = np.atleast_1d(np.asarray(value))
    if expected.dtype.kind == "f":
        bounds = np.broadcast_to(bound, expected.shape)
        expected = Bounded(expected, bounds, Unit.of(dtype))
    pair = Pair("output", got, expected)
    return Comparison(case, aspect, pair, MappingProxyType({}), frozenset(case.shapes))


# rule, dtype, reference, the largest error that is accepted by and by
BORDERS = [
    ("torch.testing", "float64", 1e3, 1e-7 + 1e-4),
    ("torch.testing", "float32", 100.0, 1e-5 + 1.3e-4),
    ("torch.testing", "float32", 0.0, 1e-5),
    ("torch.testing", "float16", 1.0, 1e-5 + 1e-3),
    ("torch.testing", "bfloat16", 1.0, 1e-5 + 1.6e-2),
    ("ONNX", "float32", -100.0, 1e-7 + 0.1),
    ("ONNX", "float64", 0.0, 1e-7),
    ("ONNX", "bfloat16", 1.0, 1e-7 + 2.0**-6),
    ("Keras", "float32", 100.0, 1e-6 + 1e-4),
    ("Keras", "float64", 0.0, 1e-6),
    ("array-api-tests", "float32", 0.5, 1.0),
    ("array-api-tests", "float32", -300.0, 100.0),
]


@pytest.mark.parametrize(("name", "dtype", "reference", "border"), BORDERS)
def test_a_tolerance_has_its_border_where_it_is_published(name, dtype, reference, border):
    spacing = float(np.finfo(np.float64).eps) if dtype == "float64" else 2.0**-24
    if dtype in ("float16", "bfloat16"):  # the nearest values of a half type at each side
        spacing = {"float16": 2.0**-10, "bfloat16": 2.0**-7}[dtype]
        below, above = spacing * (border // spacing), spacing * (border // spacing + 1)
    else:
        slack = max(1e-6 * border, 4 * spacing * abs(reference))
        below, above = border - slack, border + slack
    away = np.sign(reference) or 1.0
    assert NAMED[name].verdict(compared(reference + away * below, reference, dtype)) is False
    assert NAMED[name].verdict(compared(reference + away * above, reference, dtype)) is True


@pytest.mark.parametrize("name", GENERIC)
def test_special_values_are_equal_or_wrong(name):
    special = [np.nan, np.inf, -np.inf]
    judge = NAMED[name].verdict
    assert judge(compared(special, special, bound=np.zeros(3))) is False
    for wrong in ([0.0, np.inf, -np.inf], [np.nan, -np.inf, -np.inf], [np.nan, 3e38, -np.inf]):
        assert judge(compared(wrong, special, bound=np.zeros(3))) is True
    assert judge(compared(np.nan, 1.0)) is True
    assert judge(compared(np.inf, 1.0)) is True


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_what_has_no_right_shape_is_rejected_by_all_that_speak_about_it(rule):
    case = some("linear") if rule.name == "TOSA" else some("tanh")
    for got in (None, [1.0, 2.0, 3.0]):
        assert rule.verdict(compared(got, [1.0, 2.0], case=case)) is True
    if rule.name not in ("WebNN", "TOSA"):
        assert rule.verdict(compared([], [], bound=[])) is False


@pytest.mark.parametrize(("name", "rejected"), [
    ("ours", True), ("torch.testing", True), ("ONNX", False), ("Keras", True),
    ("array-api-tests", True),
])  # fmt: skip
def test_an_index_off_by_one(name, rejected):
    case = some("max_pool2d", return_indices=True)
    right = np.array([5000, 7])
    wrong = compared(np.array([5001, 7]), right, "int64", case=case)
    assert NAMED[name].verdict(wrong) is rejected
    assert NAMED[name].verdict(compared(right, right, "int64", case=case)) is False
    assert NAMED["WebNN"].verdict(replace(wrong, pair=replace(wrong.pair, what="indices"))) is None


def test_the_reference_is_rounded_once_and_no_claim_is_no_number():
    found = compared([1.0, 5.0], [1.0 + 2.0**-13, 7.0], "float16", bound=[1e-9, np.inf])
    assert [list(each) for each in found.numbers] == [[1.0], [1.0]]
    assert not any(NAMED[name].verdict(found) for name in GENERIC)


def test_ours_is_k_against_the_limit():
    judge = NAMED["ours"].verdict
    assert judge(compared(1.0 + 3.9e-3, 1.0, bound=1e-3)) is False
    assert judge(compared(1.0 + 4.1e-3, 1.0, bound=1e-3)) is True
    exact = compared(1.0, 1.0 + 2.0**-40, bound=1.0)
    assert judge(replace(exact, pair=replace(exact.pair, exact=True))) is False
    exact = compared(1.0, 1.0 + 2.0**-20, bound=1.0)
    assert judge(replace(exact, pair=replace(exact.pair, exact=True))) is True


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_places_count_the_values_of_a_dtype(dtype):
    start = np.array([0.0, 1.0, -1.0, 2.0, -(2.0**-14)], dtype)
    for ups in (1, 5):
        end = start
        for _ in range(ups):
            end = np.nextafter(end, np.asarray(np.inf, dtype))
        assert list(webnn.value_ranks(end) - webnn.value_ranks(start)) == [ups] * len(start)
    assert list(webnn.value_ranks(np.array([-0.0, 0.0], dtype))) == [0, 0]
    assert webnn.value_ranks(np.array([np.inf], dtype)) - 1 == webnn.value_ranks(
        np.array([np.finfo(dtype).max], dtype)
    )


def test_units_in_the_last_place():
    judge = NAMED["WebNN"].verdict
    step = 2.0**-23
    assert judge(compared(1.0 + 16 * step, 1.0, layer="tanh")) is False
    assert judge(compared(1.0 + 17 * step, 1.0, layer="tanh")) is True
    assert judge(compared(2.0**-149, -(2.0**-149), layer="relu")) is True
    assert judge(compared(-0.0, 0.0, layer="relu")) is False
    assert judge(compared(np.nan, np.nan, layer="relu", bound=0.0)) is False
    assert judge(compared(1.0, 1.0, "float64", layer="tanh")) is None
    assert judge(compared(1.0, 1.0, "bfloat16", layer="tanh")) is None
    assert judge(compared(1.0, 1.0, layer="selu")) is None
    assert judge(compared(1.0, 1.0, layer="tanh", aspect="gradient")) is None


def allowed(case, drop=frozenset(), **conventions):
    arrays = frozenset(case.shapes) - drop
    pair = Pair("output", np.zeros(1), np.zeros(1))
    return webnn.tolerance(Comparison(case, "output", pair, conventions, arrays))


def test_tolerances_grow_with_the_operator():
    conv = some("conv2d", padding_mode="zeros", batched=True)
    _, channels, height, width = conv.shapes["weight"]
    assert allowed(conv) == 2 * channels * height * width
    assert allowed(some("conv2d", padding_mode="reflect", dtype="float64")) is None
    linear = some("linear")
    bias = "bias" in linear.shapes
    assert allowed(linear) == 2 * linear.shapes["input"][-1] + bias
    assert allowed(linear, frozenset(("bias",))) == 2 * linear.shapes["input"][-1]
    pool = some("avg_pool2d", batched=True)
    assert allowed(pool) == pool.config["kernel"][0] * pool.config["kernel"][1] + 2
    softmax = some("softmax")
    assert allowed(softmax) == 3 * softmax.shapes["input"][softmax.config["axis"]] + 3
    assert allowed(some("sigmoid")) == 34
    assert allowed(some("sigmoid", "float16")) == 10


def test_what_is_no_operator_of_webnn_has_no_tolerance():
    assert allowed(some("batch_norm2d", training=True)) is None
    assert allowed(some("batch_norm2d", training=False, track=True)) == 6
    assert allowed(some("batch_norm2d", training=False, track=False)) is None
    assert allowed(some("instance_norm2d", "float16", track=False)) == 8400
    assert allowed(some("instance_norm2d", track=True)) is None
    assert allowed(some("gelu", approximate="tanh")) is None
    assert allowed(some("softplus", beta=2.0)) is None


UNIT = Unit.of("float32")


def test_dot_products_are_measured_by_their_magnitudes():
    got = np.array([1.0 + 2.0**-20, 0.0, 1.0, 5.0, np.nan, 0.0])
    exact = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
    size = np.array([16.0, 0.0, 0.0, np.inf, 1.0, 2.0**-140])
    units = dot_product.in_units(got, exact, size, UNIT)
    assert list(units) == [1.0, 0.0, np.inf, 0.0, np.inf, 0.0]
    flushed = dot_product.in_units(np.zeros(1), np.array([2.0**-127]), np.array([2.0**-127]), UNIT)
    assert list(flushed) == [-0.5]


def test_dot_products_have_three_limits():
    def far(errors, balanced=False):
        return dot_product.is_too_far(np.array(errors), 4, balanced=balanced)

    assert not far([4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert far([4.1, *[0.0] * 99])  # one too large
    assert far([1.5, -1.5, 1.5, -1.5])  # each small enough, their squares not
    steady = [0.6] * 100
    assert not far(steady)
    assert far(steady, balanced=True)  # all to one side
    assert not far([0.6, -0.6] * 50, balanced=True)


def test_dot_products_know_their_terms_and_magnitudes():
    session = Session()
    claim = next(
        claim
        for claim in plan(["refimpl.torch"], ["output"])
        if claim.case.layer == "conv2d" and claim.case.dtype == "float32"
        if claim.case.config["padding_mode"] == "zeros" and "bias" in claim.case.shapes
    )
    trial = session.trial(claim.case, *claim.targets[0])
    (comparison,) = compare_answer(trial, "output", session.answers)
    assert dot_product.applies(comparison)
    weight = claim.case.shapes["weight"]
    assert dot_product.terms(comparison) == np.prod(weight[1:]) + ("bias" in comparison.arrays)
    assert not dot_product.rejects(comparison)
    got = comparison.pair.got * np.float32(1 + 1e-4)
    assert dot_product.rejects(replace(comparison, pair=replace(comparison.pair, got=got)))
    assert not dot_product.applies(replace(comparison, aspect="gradient"))


LAYERS = ("sigmoid", "softmax", "moments")
SUBJECTS = ("refimpl.torch", "refimpl.tf")


@pytest.fixture(scope="module")
def found():
    return compare_rules(LAYERS, SUBJECTS)


def test_ours_rejects_nothing_healthy_and_catches_all(found):
    judged, rejected = found.healthy.counts("ours", recorded=False)
    assert judged > 800
    assert rejected == 0
    of, caught, _ = found.mutants("ours", found.fates)
    assert of == caught == len(found.numeric) > 5


def test_fixed_tolerances_fail_in_both_ways(found):
    short = found.fates[MUTANT["sigmoid: outputs of 20 bits (refimpl.torch)"]]
    assert short.caught["ours"].startswith("output/sigmoid")
    for name in ("torch.testing", "ONNX", "Keras", "WebNN"):
        assert found.healthy.counts(name, recorded=False)[1] > 0
        assert name in short.judged - set(short.caught)


def test_a_mutant_whose_numbers_are_right_is_left_out():
    names = ("statistics kept in float64", "evaluation updates the statistics")
    same, other = (MUTANT[f"batch_norm2d: {name} (refimpl.torch)"] for name in names)
    claims = matrix.claims_of("batch_norm2d")
    places = [place for place, claim in enumerate(claims) if claim.aspect == "state"]
    numbers = (all_mutants().index(same), all_mutants().index(other))
    fates = {}
    for place in places[:12]:
        for number, fate in running._run_part(
            WorkItem("batch_norm2d", place, place + 1, numbers)
        ).items():
            fates.setdefault(all_mutants()[number], MutantJudgement()).merge(fate)
    assert list(ToleranceResults(HealthyCounts(), fates, Counter()).numeric) == [other]


def test_an_example_shows_an_element_that_is_rejected():
    claim = next(claim for claim in plan(["refimpl.torch"], ["output"]))
    wide = compared([1000.0005, 1.0001], [1000.0, 1.0])
    example = running._example(claim, wide, NAMED["torch.testing"])
    assert example.reference == 1.0
    assert example.got == pytest.approx(1.0001)


def test_what_is_rejected_anyway_catches_nothing():
    right, wrong = compared(1.1, 1.0), compared(1.2, 1.0)
    claim = next(claim for claim in plan(["refimpl.torch"], ["output"]))
    fate = MutantJudgement()
    running._judge_array(fate, claim, wrong, right)
    assert fate.differs
    assert "Keras" in fate.rejected
    assert "Keras" not in fate.caught
    running._judge_array(fate, claim, wrong, compared(1.0, 1.0))
    assert fate.caught["Keras"] == f"output/{claim.id}"
    assert "array-api-tests" not in fate.rejected


def test_a_healthy_subject_that_raises_is_no_smaller_table():
    claim = next(claim for claim in plan(["refimpl.torch"], ["output"]))

    class Broken:
        name, dialect = claim.subject, "torch"

        def run(self, request):
            raise ImportError("no such framework")

    session = Session({claim.subject: Broken()})
    with pytest.raises(SubjectRaised, match="no such framework"):
        running._compare_arrays(claim, session)
    assert running._compare_arrays(claim, session, wrong=True) is None


def test_equal_numbers_say_nothing():
    fate = MutantJudgement()
    claim = next(claim for claim in plan(["refimpl.torch"], ["output"]))
    for got in ([np.nan, 1.0], [np.nan, 1.0]):
        running._judge_array(fate, claim, compared(got, [1.0, 1.0]), compared(got, [1.0, 1.0]))
    assert fate == MutantJudgement()


def test_how_the_work_is_dealt_does_not_change_the_result(found, monkeypatch):
    monkeypatch.setattr(running, "_CLAIMS_PER_PART", 100)
    monkeypatch.setattr(harness, "_PORTION", 300)
    assert len(list(running._claim_ranges(SUBJECTS, LAYERS))) > 8
    dealt = compare_rules(LAYERS, SUBJECTS)
    assert to_json(dealt) == to_json(found)
    assert render_page(dealt) == render_page(found)


def cells(text, heading):
    """The rows of the table under a heading, without its own first two."""
    lines = text.split(heading + "\n", 1)[1].split("\n## ")[0].split("\n### ")[0].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    return rows[2:]


def sums(rows, place):
    total = [0, 0]
    for row in rows:
        if "/" in row[place]:
            for side, number in enumerate(row[place].split("/")):
                total[side] += int(number.replace(",", ""))
    return total


@pytest.mark.parametrize("written", [False, True])
def test_the_page_adds_up(found, written):
    text = (DOCS / "tolerances.md").read_text(encoding="utf-8") if written else render_page(found)
    title = "# Derived bounds and fixed tolerances"
    overview = {row[0].strip("*"): row[1:] for row in cells(text, title)}
    assert list(overview) == [rule.name for rule in RULES]
    titles = ("By the kind of numbers", "By dtype", "By aspect", "By subject")
    for place, (name, line) in enumerate(overview.items(), 1):
        judged = int(line[0].replace(",", ""))
        rejected = int(line[1].split()[0].replace(",", ""))
        for title in titles:
            assert sums(cells(text, f"### {title}"), place) == [rejected, judged], (name, title)
        kinds = cells(text, "## Mutants that are caught")
        assert kinds[-1][0] == "**all**"
        assert kinds[-1][place].replace("–", "0/0") == f"{line[5]}/{line[4]}"
        assert sums(kinds[:-1], place) == [int(line[5]), int(line[4])]
        assert int(line[5]) <= int(line[6])
    for row in cells(text, "### Missed"):
        assert {"✗", "(✗)"} & set(row)
    assert overview["ours"][1] == "0"


def test_the_documents_tell_the_figures_of_the_page():
    text = (DOCS / "tolerances.md").read_text(encoding="utf-8")
    assert re.search(rf"of {len(all_mutants())} mutants", " ".join(text.split()))
    rows = cells(text, "# Derived bounds and fixed tolerances")
    ours, torch = ([cell.split(" (")[0] for cell in row[1:]] for row in rows[:2])
    missed = [int(line[4]) - int(line[5]) for line in (torch, ours)]
    sentence = (
        f"Of {torch[0]} healthy arrays the defaults of `torch.testing.assert_close` reject"
        f" {torch[1]}, the bounds {ours[1]}; of {torch[4]} mutants whose numbers are wrong they let"
        f" {missed[0]} through, the bounds {missed[1]}."
    )
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert sentence in " ".join(readme.split())
    assert "](tolerances.md)" in (DOCS / "bounds.md").read_text(encoding="utf-8")


def test_every_mutant_is_counted_once():
    assert len(all_mutants()) == len(set(all_mutants()))


def test_the_command_writes_json(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        command, "compare_rules", functools.partial(compare_rules, subjects=SUBJECTS[:1])
    )
    target = tmp_path / "tolerances.json"
    arguments = ["-n", "1", "--layer", "softsign", "--report-json", str(target)]
    assert command.main(arguments) == 0
    values = json.loads(target.read_text(encoding="utf-8"))
    assert {each["name"] for each in values["rules"]} == set(NAMED)
    assert values["mutants"][0]["name"].startswith("softsign")
    assert {each["layer"] for each in values["healthy"]} == {"softsign"}
    out = capsys.readouterr().out
    assert re.search(r"ours +rejects +0 of", out)


def test_the_command_exits_1_on_a_false_alarm_or_a_survivor(monkeypatch, tmp_path):
    cell = CountKey("ours", False, "torch", "linear", "output", "normal", "float32")
    alarm = ToleranceResults(
        HealthyCounts(1, Counter({cell: 2}), Counter({cell: 1})), {}, Counter()
    )
    survivor = ToleranceResults(
        HealthyCounts(), {all_mutants()[0]: MutantJudgement(True, {"ours"})}, Counter()
    )
    fine = ToleranceResults(HealthyCounts(1, Counter({cell: 2})), {}, Counter())
    for result, status in ((alarm, 1), (survivor, 1), (fine, 0)):
        monkeypatch.setattr(
            command, "compare_rules", lambda *args, result=result, **options: result
        )
        assert command.main(["-n", "1", "--docs", str(tmp_path)]) == status
    assert "| **ours** | 2 | 0 |" in (tmp_path / "tolerances.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-n", "0"], "-n: must be a positive number; got '0'"),
        (["--layer", "relu7"], "--layer: must be one of conv1d,"),
        (["--docs", "nowhere"], "--docs: must be a folder that exists; got 'nowhere'"),
        (["--layer", "relu", "--docs", "."], "--docs takes a run of all layers"),
    ],
)
def test_bad_options_are_named(arguments, said, capsys):
    with pytest.raises(SystemExit):
        command.main(arguments)
    assert said in capsys.readouterr().err
