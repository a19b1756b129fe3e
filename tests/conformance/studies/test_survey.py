"""The survey: its file, its page, its command."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.judging.verdict import Record, Verdict
from conformance.report.json import write_report
from conformance.report.summary import Report
from conformance.studies.survey import (
    SurveyColumn,
    apply_explanations,
    read_implementations,
    render_page,
    write_capsules,
)
from conformance.studies.survey.command import main

ROOT = Path(__file__).parents[3]
SURVEY = """
[[implementation]]
name = "numpy"
title = "NumPy"
subject = "adapter.py:NumpySubject"
distributions = ["numpy"]
select = "linear and exact and float32 and class"
findings = "found.toml"
link = "https://example.org"
environment = { SOME_WORD = "a b" }
"""
FINDING = """
[[expected]]
case = "{case}"
aspect = "output"
reason = "{reason}"
link = "https://example.org/1"
"""


@pytest.fixture
def survey(tmp_path):
    source = (ROOT / "examples" / "numpy_subject.py").read_text()
    (tmp_path / "adapter.py").write_text(source)
    (tmp_path / "survey.toml").write_text(SURVEY)
    (tmp_path / "found.toml").write_text("")
    return tmp_path / "survey.toml"


def record(case, verdict, k=None, divergence=None, message="", aspect="output"):
    layer = case.split("-")[0]
    return Record(case, layer, aspect, "numpy", "class", verdict, k, 4.0, case, message, divergence)


def column(survey, *records):
    (implementation,) = read_implementations(survey)
    return SurveyColumn(implementation, {"numpy": "2.0"}, Report.of(records))


def test_the_projects_own_survey_can_be_read():
    found = read_implementations(ROOT / "examples" / "subjects" / "survey.toml")
    assert len(found) >= 6
    for each in found:
        assert (each.folder / each.subject.partition(":")[0]).is_file()
        assert isinstance(each.explanations, tuple)


def test_its_page_has_a_column_for_each_and_explains_each_finding():
    text = (ROOT / "docs" / "survey.md").read_text()
    for each in read_implementations(ROOT / "examples" / "subjects" / "survey.toml"):
        assert f"`{each.name}`" in text
        for finding in each.explanations:
            assert finding.reason.partition(": ")[2] in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SURVEY.replace("select", "selekt"), "'selekt' (did you mean 'select'?) is none of"),
        (SURVEY.replace('["numpy"]', '"numpy"'), "must be a list of strings; got 'numpy'"),
        ("implementation = [1]", "survey.toml, implementation 1: must be a table; got 1"),
        (SURVEY.replace('["numpy"]', "[1]"), "implementation 1: distributions: 1 must be a string"),
        (SURVEY.replace('"a b"', "1"), "environment: 'SOME_WORD' must be a string; got 1"),
        (SURVEY.replace("SOME_WORD", '"A=B"'), "environment: no variable can be called 'A=B'"),
        (SURVEY.replace('"numpy"\n', '"../up"\n'), "name must be a word of letters, digits"),
        (SURVEY.replace("https:", "javascript:"), "link must be an address that begins with http"),
        (SURVEY.replace('"found.toml"', '"\\u0000"'), "findings has a character in it that no"),
        ("a" + ".a" * 500 + " = 1", "survey.toml is not a TOML file: it is nested more than 100"),
        ("a = " + "1" * 5000, "survey.toml is not a TOML file: Exceeds the limit (4300 digits)"),
        (SURVEY.replace('title = "NumPy"', ""), "implementation 1: needs a title"),
        (SURVEY + SURVEY, "two implementations are named 'numpy'"),
        ("word = 1", "must hold tables [[implementation]] and nothing else"),
        ("[[", "is not a TOML file"),
    ],
)
def test_a_bad_file_is_told(survey, text, said):
    survey.write_text(text)
    with pytest.raises(ValueError, match=re.escape(said)):
        read_implementations(survey)


def test_a_reason_must_say_of_which_kind_it_is(survey, capsys):
    (survey.parent / "found.toml").write_text(FINDING.format(case="linear-*", reason="it is so"))
    assert main([str(survey)]) == 2
    assert "a reason must begin with 'bug: ' or 'difference: '; got 'it is so'" in (
        capsys.readouterr().err
    )


def test_a_cell_shows_what_passes_what_is_explained_and_the_worst_k(survey):
    found = FINDING.format(case="relu-*", reason="bug: zero is taken for one")
    found += FINDING.format(case="gelu-*", reason="difference: it is the other form")
    (survey.parent / "found.toml").write_text(found)
    text = render_page(
        [
            column(
                survey,
                record("linear-a", Verdict.PASS, 0.5),
                record("linear-b", Verdict.PASS, 0.25),
                record("linear-c", Verdict.UNSUPPORTED, message="never: no bias"),
                record(
                    "relu-a-float32",
                    Verdict.EXPECTED,
                    2e6,
                    "bug: zero is taken for one (https://example.org/1)",
                ),
                record("relu-b", Verdict.PASS, 0.0),
                record(
                    "gelu-a",
                    Verdict.EXPECTED,
                    float("inf"),
                    "difference: it is the other form (https://example.org/1)",
                ),
                record("conv1d-a", Verdict.UNSUPPORTED, message="never: no bias"),
                record("conv1d-b", Verdict.EXPECTED, None, "the dialect refuses it"),
            )
        ],
        "command",
    )
    assert "| linear | ✓ 2/2 0.50 |" in text
    assert "| relu | ✗ 1/2 2e6 |" in text
    assert "| gelu | ~ 0/1 ∞ |" in text
    assert "| conv1d |" not in text
    assert "| **all layers** | ✗ 3/5 ∞ |" in text
    bugs, rest = text.split("## Bugs")[1].split("## Documented differences")
    differences, unsupported = rest.split("## Unsupported")
    assert "zero is taken for one (https://example.org/1)" in bugs
    assert "SOME_WORD='a b' python -m conformance --subject" in bugs
    assert "--claim output/relu-a-float32-numpy-class" in bugs
    assert "it is the other form" in differences
    assert "- 2: never: no bias" in unsupported
    assert "- 1: the dialect refuses it" in unsupported


def of_a_bug(survey):
    (survey.parent / "found.toml").write_text(FINDING.format(case="relu-*", reason="bug: one"))
    sentence = "bug: one (https://example.org/1)"
    return column(
        survey,
        record("relu-ties-float32", Verdict.EXPECTED, 20.0, sentence),
        record("relu-normal-float32", Verdict.EXPECTED, 2e6, sentence),
    )


def test_a_bug_has_its_capsule_written_once_and_taken_away_when_it_is_no_more(survey, tmp_path):
    asked, folder = [], tmp_path / "survey"

    def write(implementation, lacking):
        for file, claim in lacking.items():
            asked.append(claim)
            Path(file).write_text("program")
        return {}

    found = of_a_bug(survey)
    assert write_capsules([found], folder, write=write) == ["capsule: numpy-relu-normal-output.py"]
    assert asked == ["output/relu-normal-float32-numpy-class"]  # the worst
    assert write_capsules([found], folder, write=write) == []
    assert (
        "As a program: [numpy-relu-normal-output.py](survey/numpy-relu-normal-output.py)."
        in render_page([found], "command", {"numpy-relu-normal-output.py"})
    )
    assert "As a program" not in render_page([found], "command")
    lines = write_capsules([], folder, write=write)
    assert lines == ["taken away: numpy-relu-normal-output.py"]
    assert not list(folder.iterdir())


def test_a_bug_without_a_capsule_says_why(survey, tmp_path):
    def write(implementation, lacking):
        return dict.fromkeys(lacking, "it holds")

    lines = write_capsules([of_a_bug(survey)], tmp_path / "survey", write=write)
    assert lines == ["no capsule of output/relu-normal-float32-numpy-class: it holds"]


def test_capsules_are_written_in_a_process_of_their_own(survey, tmp_path):
    broken = (tmp_path / "adapter.py").read_text()
    (tmp_path / "adapter.py").write_text(
        broken.replace("np.maximum(input, 0", "np.maximum(input, 1")
    )
    (tmp_path / "found.toml").write_text(FINDING.format(case="relu-*", reason="bug: one"))
    found = column(
        survey,
        replace(
            record(
                "relu-normal-float32", Verdict.EXPECTED, 9.0, "bug: one (https://example.org/1)"
            ),
            form="function",
        ),
    )
    assert write_capsules([found], tmp_path / "survey") == ["capsule: numpy-relu-normal-output.py"]
    assert "expected" in (tmp_path / "survey" / "numpy-relu-normal-output.py").read_text()


@pytest.mark.parametrize(
    ("verdict", "divergence", "reason", "then"),
    [
        (Verdict.FAIL, None, "bug: one", Verdict.EXPECTED),
        (Verdict.ERROR, None, "bug: one", Verdict.EXPECTED),
        (Verdict.EXPECTED, "bug: another", "bug: one", Verdict.EXPECTED),
        (Verdict.EXPECTED, "bug: another", None, Verdict.FAIL),
        (Verdict.EXPECTED, "the dialect refuses it", None, Verdict.EXPECTED),
        (Verdict.PASS, None, "bug: one", Verdict.STALE),
        (Verdict.STALE, "bug: one", None, Verdict.STALE),
        (Verdict.FAIL, None, None, Verdict.FAIL),
        (Verdict.UNSUPPORTED, None, "bug: one", Verdict.STALE),
        (Verdict.UNSUPPORTED, None, None, Verdict.UNSUPPORTED),
    ],
)
def test_a_report_is_explained_anew(survey, verdict, divergence, reason, then):
    if reason:
        (survey.parent / "found.toml").write_text(FINDING.format(case="relu-*", reason=reason))
    else:
        (survey.parent / "found.toml").write_text("expected = []")
    found = column(survey, record("relu-a-float32", verdict, 9.0, divergence))
    [after] = apply_explanations(found.report, found.implementation.explanations).records
    assert after.verdict is then
    if reason and then is Verdict.EXPECTED:
        assert after.divergence == "bug: one (https://example.org/1)"


def test_the_projects_capsules_belong_to_findings_of_its_page():
    text = (ROOT / "docs" / "survey.md").read_text()
    for file in (ROOT / "docs" / "survey").glob("*.py"):
        assert f"(survey/{file.name})" in text
        assert file.stat().st_size < 6000


def test_a_survey_runs_and_a_false_explanation_ends_it(survey, tmp_path, capsys):
    text = FINDING.format(case="linear-*exact-float32", reason="bug: not so")
    (tmp_path / "found.toml").write_text(text)
    reports = ["--reports", str(tmp_path / "reports")]
    assert main([str(survey), "--docs", str(tmp_path), *reports]) == 1
    assert "stale and not explained: output/linear-" in capsys.readouterr().out
    assert "| linear | ✗" in (tmp_path / "survey.md").read_text()
    assert main([str(survey), "--reuse", *reports]) == 1  # the same from the reports alone


def test_what_is_not_installed_or_not_there_is_told(survey, capsys):
    survey.write_text(SURVEY.replace('["numpy"]', '["no-such-thing-here"]'))
    assert main([str(survey)]) == 2
    assert "numpy needs no-such-thing-here, which is not installed" in capsys.readouterr().err
    assert main([str(survey), "--only", "nmpy"]) == 2
    assert "--only must be one of numpy; got 'nmpy'" in capsys.readouterr().err
    survey.write_text(SURVEY.replace("adapter.py", "other.py"))
    assert main([str(survey)]) == 2
    assert "numpy was not judged" in capsys.readouterr().err


def test_words_of_the_data_do_not_become_markup(survey, tmp_path):
    hostile = SURVEY.replace('title = "NumPy"', 'title = "<script>alert(1)</script> a|b [x](y)"')
    hostile = hostile.replace("linear and exact", "a`b | c")
    survey.write_text(hostile)
    reason = "bug: <script>x</script> and `code"
    (tmp_path / "found.toml").write_text(FINDING.format(case="linear-*", reason=reason))
    told = f"{reason} (https://example.org/1)"
    lacking = record("linear-a", Verdict.UNSUPPORTED, message="never: <img src=x>\nand more")
    found = column(survey, record("linear-exact-float32", Verdict.EXPECTED, 9.0, told), lacking)
    page = render_page([found], "survey --> a.toml")
    assert "<script>" not in page
    assert "<img" not in page
    assert page.count("-->") == 1
    (row,) = [line for line in page.splitlines() if line.startswith("| `numpy`")]
    assert len(re.split(r"(?<!\\)\|", row)) == 6  # as many bars as the head has
    assert "``a`b \\| c and float32 and class``" in row
    assert found.findings("bug")[0].capsule == "numpy-linear-exact-output.py"
    odd = record("../x", Verdict.EXPECTED, 9.0, told, aspect="../../up")
    assert "/" not in column(survey, odd).findings("bug")[0].capsule


def test_the_report_of_an_incomplete_run_is_not_explained(survey, tmp_path, capsys):
    reports = tmp_path / "reports"
    reports.mkdir()
    write_report(Report.of([record("linear-a", Verdict.PASS)], planned=2), reports / "numpy.json")
    assert main([str(survey), "--reports", str(reports), "--reuse"]) == 2
    assert "numpy.json is the report of an incomplete run: 1 of 2" in capsys.readouterr().err
