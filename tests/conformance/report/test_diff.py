"""Two reports beside each other: what fails anew, what is fixed, and what merely grew."""

from __future__ import annotations

import json

import pytest

from conformance.frontends import cli
from conformance.judging.verdict import Record, Verdict
from conformance.report.diff import compare_reports, render_difference, render_page
from conformance.report.json import to_json, write_report
from conformance.report.reading import read_report
from conformance.report.summary import Report


def record(case, verdict, k=0.5, message="no", aspect="output"):
    healthy = verdict in (Verdict.PASS, Verdict.EXPECTED)
    said = "" if healthy else message
    divergence = "known" if verdict in (Verdict.EXPECTED, Verdict.STALE) else None
    return Record(
        case, "relu", aspect, "mine", "class", verdict, k, 4.0, case, said, divergence
    )  # fmt: skip


OLD = [
    record("same", Verdict.PASS),
    record("breaks", Verdict.PASS),
    record("mended", Verdict.ERROR, None),
    record("grows", Verdict.PASS, 0.25),
    record("shrinks", Verdict.PASS, 3.0),
    record("doubles", Verdict.PASS, 0.5),
    record("exact", Verdict.PASS, 0.0),
    record("leaves", Verdict.PASS, None),
    record("gone", Verdict.FAIL, 9.0),
    record("still", Verdict.FAIL, 9.0),
]
NEW = [
    record("same", Verdict.PASS),
    record("breaks", Verdict.FAIL, 7.0, "call relu\n wrong: output"),
    record("mended", Verdict.PASS, 0.1),
    record("grows", Verdict.PASS, 0.75),
    record("shrinks", Verdict.PASS, 0.1),
    record("doubles", Verdict.PASS, 1.0),
    record("exact", Verdict.PASS, 0.1),
    record("leaves", Verdict.UNSUPPORTED, None),
    record("still", Verdict.FAIL, 99.0),
    record("comes", Verdict.STALE),
]


def names(pairs):
    return {(old or new).case for old, new in pairs}


def found(old=OLD, new=NEW):
    return compare_reports(
        (Report.of(old), {"torch": "1", "numpy": "2"}),
        (Report.of(new), {"torch": "1", "numpy": "3", "keras": None}),
    )


def test_each_claim_is_put_where_it_belongs():
    difference = found()
    assert names(difference.failures) == {"breaks", "comes"}
    assert names(difference.fixed) == {"mended"}
    assert names(difference.grown) == {"grows", "exact"}
    assert names(difference.lost) == {"leaves"}
    assert names(difference.changed) == {"gone"}
    assert difference.same == 6
    assert difference.versions == {"numpy": ("2", "3")}


def test_what_changed_is_told():
    lines = render_difference(found()).splitlines()
    for line in (
        "numpy: 2 -> 3",
        "New failures: 2",
        "  1  relu, output: mine (pass -> fail)",
        "     output/breaks-mine-class  K 0.5 -> 7",
        "     wrong: output",
        "  1  relu, output: mine (not judged -> stale)",
        "Passes lost: 1",
        "  1  relu, output: mine (pass -> unsupported)",
        "  1  relu, output: mine (fail -> not judged)",
        "     output/exact-mine-class  K 0 -> 0.1",
    ):
        assert line in lines
    assert lines[-1] == (
        "2 new failures, 1 passes lost, 1 fixed, 2 K grown by more than 2x, 1 otherwise changed;"
        " 6 with the same verdict"
    )


def test_equal_reports_do_not_differ():
    difference = found(NEW, NEW)
    assert not any((difference.failures, difference.fixed, difference.grown, difference.changed))
    assert difference.healthy
    assert difference.same == len(NEW)


def test_the_exit_status_is_about_new_failures_and_lost_passes(tmp_path, capsys):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_report(Report.of(OLD), old)
    write_report(Report.of(NEW), new)
    assert cli.main(["diff", str(old), str(new)]) == 1
    assert "New failures: 2" in capsys.readouterr().out
    assert cli.main(["diff", str(new), str(new)]) == 0
    worse = ("breaks", "comes", "leaves")
    kept = [each for each in OLD if each.case not in worse]
    write_report(Report.of(kept), old)
    write_report(Report.of([each for each in NEW if each.case not in worse]), new)
    assert cli.main(["diff", str(old), str(new)]) == 0


@pytest.mark.parametrize(
    ("records", "counts", "says"),
    [
        ([], {"planned": 53, "checked": 0}, "The new run is incomplete: 0 of 53 planned claims"),
        ([], {}, "No claim passed in the new run."),
        (OLD[:-1], {"planned": 53}, "The new run is incomplete: 9 of 53 planned claims"),
        ([record("same", Verdict.UNSUPPORTED, None)], {}, "No claim passed in the new run."),
        (OLD[1:], {}, "1 passes lost"),
        ([record("same", Verdict.EXPECTED, 9.0), *OLD[1:]], {}, "1 passes lost"),
        ([record("same", Verdict.UNSUPPORTED, None), *OLD[1:]], {}, "1 passes lost"),
    ],
)
def test_a_lost_run_or_pass_is_not_a_success(tmp_path, capsys, records, counts, says):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_report(Report.of(OLD), old)
    write_report(Report.of(records, **counts), new)
    assert cli.main(["diff", str(old), str(new)]) == 1
    assert says in capsys.readouterr().out


def test_an_incomplete_run_is_named_wherever_it_stands(tmp_path, capsys):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_report(Report.of(OLD, planned=53), old)
    write_report(Report.of(OLD), new)
    assert cli.main(["diff", str(old), str(new)]) == 1
    assert "The old run is incomplete: 10 of 53" in capsys.readouterr().out


def test_a_report_that_claims_more_than_it_holds_is_refused(tmp_path):
    path = tmp_path / "report.json"
    write_report(Report.of(OLD, planned=53, checked=53), path)
    with pytest.raises(
        ValueError, match="damaged report: ValueError: 53 claims planned, 53 checked, 10"
    ):
        read_report(path)


def test_a_report_is_read_as_it_was_written(tmp_path):
    report = Report.of(OLD, planned=12, checked=10)
    write_report(report, tmp_path / "report.json")
    back, versions = read_report(tmp_path / "report.json")
    assert (back.planned, back.checked, back.records) == (12, 10, report.records)
    assert versions["python"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is missing"),
        ("{", "is not a JSON file"),
        ("[]", "is not a report of a conformance run"),
        ("{}", "is not a report of a conformance run"),
        ("[" * 100_000, "is not a JSON file: it is nested more than 100 deep"),
        ("[" * 900 + "]" * 900, "is not a JSON file: it is nested more than 100 deep"),
        ('{"records": [], "records": []}', "is not a JSON file: the key 'records' stands twice"),
        ('{"schema_version": 1, "records": [], "claims_planned": NaN}', "is not a JSON file: NaN"),
        ('{"records": []}', "has the schema version None; this program reads 1"),
        ('{"records": [], "schema_version": 2}', "has the schema version 2"),
        ('{"records": [], "schema_version": 1}', "is a damaged report: KeyError: 'claims_planned'"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path, capsys, text, message):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_report(Report.of(OLD), old)
    if text is not None:
        new.write_text(text)
    assert cli.main(["diff", str(old), str(new)]) == 2
    assert f"{new} {message}" in capsys.readouterr().err


def test_a_damaged_record_is_refused(tmp_path):
    values = to_json(Report.of(OLD))
    values["records"][0]["verdict"] = "maybe"
    path = tmp_path / "report.json"
    path.write_text(json.dumps(values))
    with pytest.raises(ValueError, match="damaged report: ValueError: 'maybe'"):
        read_report(path)


def full(*_):
    raise OSError(28, "No space left on device")


def test_a_page_that_cannot_be_written_is_an_error(tmp_path, capsys, monkeypatch):
    path = tmp_path / "report.json"
    write_report(Report.of(OLD), path)
    arguments = ["diff", str(path), str(path), "--docs", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        assert cli.main(arguments) == 2
    printed = capsys.readouterr()
    assert "with the same verdict" in printed.out
    assert "versions.md could not be written: [Errno 28] No space left" in printed.err
    (tmp_path / "versions.md").mkdir()
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    printed = capsys.readouterr()
    assert not printed.out
    assert "versions.md is a directory" in printed.err


def test_what_a_message_says_does_not_end_the_pages_block():
    worse = record("breaks", Verdict.FAIL, 9.0, message="wrong: ```\n</pre>")
    difference = compare_reports((Report.of(OLD), {}), (Report.of([worse]), {}))
    page = render_page(difference, "diff --> a.json")
    blocks = page.split("````")
    assert len(blocks) == 3
    assert "wrong: ```" in blocks[1]
    assert page.count("-->") == 2  # the end of the comment, and the command in its block


def test_the_page_is_what_is_printed(tmp_path, capsys):
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    write_report(Report.of(OLD), old)
    write_report(Report.of(NEW), new)
    assert cli.main(["diff", str(old), str(new), "--docs", str(tmp_path)]) == 1
    text = (tmp_path / "versions.md").read_text()
    assert capsys.readouterr().out.strip() in text
    assert "conformance diff old.json new.json --docs docs/" in text
    with pytest.raises(SystemExit):
        cli.main(["diff", str(old), str(new), "--docs", str(tmp_path / "none")])
    assert "must be a folder that exists" in capsys.readouterr().err
