from __future__ import annotations

import dataclasses
import json
import random
import re

import jsonschema
import pytest

from conformance.judging.verdict import Record, Verdict
from conformance.report.json import SCHEMA, installed_versions, to_json, write_report
from conformance.report.summary import Report
from conformance.report.terminal import Cell, render_report

SENTENCES = {
    Verdict.EXPECTED: "Beta rounds the other way.",
    Verdict.STALE: "Beta rounds the other way.",
}


def record(verdict=Verdict.PASS, *, layer="relu", subject="alpha", case="a", k=0.25, **others):
    return Record(
        case=f"{layer}-{case}",
        layer=layer,
        aspect=others.get("aspect", "output"),
        subject=subject,
        form=others.get("form", "class"),
        verdict=verdict,
        k=k,
        limit=1.0,
        seed="0",
        message=others.get("message", "" if verdict is Verdict.PASS else "why"),
        divergence=SENTENCES.get(verdict),
    )


ONE_OF_EACH = [
    record(verdict, case=verdict.value, k=k)
    for verdict, k in zip(Verdict, [0.25, 2.0, None, float("inf"), 0.5, None], strict=True)
]


def schema():
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_json_follows_its_schema():
    jsonschema.validate(to_json(Report.of(ONE_OF_EACH)), schema())


@pytest.mark.parametrize(
    "change",
    [
        {"k": -1.0},
        {"k": "nan"},
        {"verdict": "skipped"},
        {"case": ""},
        {"verdict": "fail", "message": ""},
        {"verdict": "expected", "divergence": None},
        {"time": 1.0},
    ],
)
def test_schema_refuses(change):
    report = to_json(Report.of([record()]))
    report["records"][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report, schema())


def test_versions_name_what_was_run_on():
    found = installed_versions()
    assert found["python"]
    assert found["numpy"]
    assert {"platform", "refimpl", "torch", "tensorflow", "keras"} <= found.keys()


def many():
    return [
        record(layer=layer, subject=subject, case=str(case), aspect=aspect)
        for layer in ("relu", "conv2d")
        for subject in ("alpha", "beta")
        for case in range(3)
        for aspect in ("output", "gradient")
    ]


def test_order_changes_nothing():
    shuffled = many()
    random.Random(1).shuffle(shuffled)
    wanted = {"subjects": ["beta", "alpha"], "layers": ["relu", "conv2d"]}
    assert Report.of(shuffled, **wanted) == Report.of(many(), **wanted)
    keys = [item.key for item in Report.of(shuffled).records]
    assert keys == sorted(keys)


def test_rows_and_columns_are_in_the_order_asked_for():
    report = Report.of(many(), subjects=["gamma", "beta", "beta"], layers=["relu"])
    assert report.subjects == ("beta", "alpha")
    assert report.layers == ("relu", "conv2d")


def test_dimensions_of_a_layer_stand_together():
    records = [record(layer=layer) for layer in ("pool3d", "relu", "pool1d", "pool2d", "pool")]
    report = Report.of(records, layers=["pool3d", "relu", "pool1d"])
    assert report.layers == ("pool", "pool1d", "pool2d", "pool3d", "relu")


def test_a_report_is_healthy_only_if_complete_and_without_failure():
    for item in ONE_OF_EACH:
        assert Report.of([record(), item]).healthy is item.verdict.healthy
    assert not Report.of([record()], planned=2).healthy
    assert not Report.of([record()], planned=2).complete


@pytest.mark.parametrize("verdict", [Verdict.UNSUPPORTED, Verdict.EXPECTED])
def test_a_report_without_a_pass_is_not_healthy_and_says_so(verdict):
    report = Report.of([record(verdict)])
    assert not report.healthy
    assert "No claim passed, so this run is not a success." in render_report(report)
    assert "No claim passed" not in render_report(Report.of(ONE_OF_EACH))
    assert not Report.of([]).healthy


def test_written_file_is_the_report(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    write_report(Report.of(ONE_OF_EACH), path)
    assert json.loads(path.read_text(encoding="utf-8")) == to_json(Report.of(ONE_OF_EACH))
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    path = tmp_path / "report.json"
    path.write_text("old")
    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_report(Report.of(ONE_OF_EACH), path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("verdicts", "text", "colour"),
    [
        ([], "", ""),
        ([Verdict.PASS], "✓ 1/1 0.25", "green"),
        ([Verdict.PASS, Verdict.EXPECTED], "~ 1/2 0.25", "yellow"),
        ([Verdict.PASS, Verdict.UNSUPPORTED], "✓ 1/1 0.25", "green"),
        ([Verdict.EXPECTED, Verdict.UNSUPPORTED], "~ 0/1 0.25", "yellow"),
        ([Verdict.UNSUPPORTED], "–", "dim"),
        ([Verdict.PASS, Verdict.FAIL], "✗ 1/2 0.25", "bold red"),
        ([Verdict.PASS, Verdict.STALE], "✗ 1/2 0.25", "bold red"),
        ([Verdict.PASS, Verdict.ERROR, Verdict.EXPECTED], "✗ 1/3 0.25", "bold red"),
    ],
)
def test_cell(verdicts, text, colour):
    cell = Cell.of([record(verdict) for verdict in verdicts]).text()
    assert (cell.plain, str(cell.style)) == (text, colour)


def test_recorded_divergence_does_not_hide_the_worst_k():
    cell = Cell.of([record(k=0.5), record(Verdict.EXPECTED, k=float("inf"))])
    assert cell.worst == 0.5


@pytest.mark.parametrize(
    ("k", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.25, "0.25"),
        (0.005, "0.01"),
        (0.00123, "1e-3"),
        (12.3, "12"),
        (123456.0, "1e5"),
        (1e12, "1e12"),
        (9.999, "10"),
        (float("inf"), "inf"),
        (float("nan"), "inf"),
    ],
)
def test_worst_k_is_short(k, text):
    assert Cell.of([record(k=k)]).text().plain.split()[-1] == text


def wide_report():
    layers = ["sparse_softmax_cross_entropy", "conv2d"]
    subjects = ["refimpl.torch", "torch", "refimpl.tf", "tensorflow", "somebody.elses:Layers"]
    return Report.of(
        [
            record(verdict, layer=layer, subject=subject, case=str(case), k=123456.0)
            for layer in layers
            for subject in subjects
            for case, verdict in enumerate([Verdict.PASS] * 1200 + [Verdict.EXPECTED])
        ],
        layers=layers,
        subjects=subjects,
    )


def test_matrix_fits_100_columns_and_is_plain():
    text = render_report(wide_report(), width=100)
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    assert re.search(r"^sparse_softmax_cross_entropy +~ 1200/1201  1e5 ", text, re.MULTILINE)
    assert text.splitlines()[-1] == "checked 12010 of 12010 planned claims"


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_matrix_shows_every_subject_at_any_width(width):
    report = wide_report()
    text = render_report(report, width=width)
    assert max(map(len, text.splitlines())) <= width
    headers = "".join(line for line in text.splitlines() if line.rstrip().endswith("  K"))
    for subject in report.subjects:
        assert subject.split(":")[-1] in headers or subject in text


def test_colour_is_used_where_wanted():
    assert "\x1b[32m" in render_report(Report.of([record()]), colour=True)
    assert "\x1b[1;31m" in render_report(Report.of([record(Verdict.FAIL)]), colour=True)


def test_rows_and_columns_follow_the_report():
    text = render_report(Report.of(many(), subjects=["beta", "alpha"], layers=["relu", "conv2d"]))
    assert text.index("beta") < text.index("alpha")
    assert text.index("relu") < text.index("conv2d") < text.index("all layers")


def test_every_sentence_is_told_once_with_its_counts():
    expected = [record(Verdict.EXPECTED, subject=s, case=c) for s in ("a", "b") for c in "123"]
    missing = [record(Verdict.UNSUPPORTED, case=c, message="no such layer") for c in "12"]
    text = render_report(Report.of([*expected, *missing]))
    assert text.count("Beta rounds the other way.") == 1
    assert "6  Beta rounds the other way. (a, b)" in text
    assert text.count("no such layer") == 1
    assert "2  no such layer (alpha)" in text


def test_text_from_outside_is_printed_as_it_stands():
    for verdict in (Verdict.UNSUPPORTED, Verdict.PASS):
        text = render_report(
            Report.of([record(verdict, message="[red]never[/red]: \x1b[2J \ud800")])
        )
        assert "[red]never[/red]: \\x1b[2J \\ud800" in text


def test_stale_divergence_is_not_said_to_have_occurred():
    assert "Beta rounds" not in render_report(Report.of([record(Verdict.STALE)]))


def test_incomplete_run_says_so():
    lines = render_report(Report.of([record()], planned=3)).splitlines()
    assert lines[-1] == "checked 1 of 3 planned claims: the run is incomplete, 2 got no verdict"


def test_counts_of_all_verdicts_and_the_legend_stand_at_the_end():
    lines = render_report(dataclasses.replace(Report.of(ONE_OF_EACH))).splitlines()
    assert lines[-2] == "1 pass, 1 fail, 1 unsupported, 1 expected, 1 stale, 1 error"
    assert "(limit 1)" in lines[-3]
