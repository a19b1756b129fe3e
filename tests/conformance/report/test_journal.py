"""A run that is killed leaves what it judged: it can be read, and is never taken for whole."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.frontends import cli
from conformance.judging.verdict import Record, Verdict
from conformance.report.journal import Journal, journal_of
from conformance.report.json import finish_report, write_report
from conformance.report.reading import read_report
from conformance.report.summary import Report

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "examples" / "sample_pack"


def record(case, verdict=Verdict.PASS, message=""):
    return Record(case, "relu", "output", "mine", "class", verdict, 0.5, 4.0, "0", message)


def begin(path, *records, planned=3):
    journal = Journal(path)
    journal.start(planned, {"python": "3", "torch": None})
    for each in records:
        journal.add(each.to_json())
    return journal


def test_a_journal_is_read_up_to_its_end_and_never_complete(tmp_path):
    path = tmp_path / "report.json"
    begin(path, record("a"), record("b", message="a \u2028 remark"), planned=2)
    report, versions = read_report(tmp_path / "report.json.partial")
    assert [each.case for each in report.records] == ["a", "b"]
    assert report.records[1].message == "a \\u2028 remark"
    assert (report.planned, report.checked, report.complete) == (2, 2, False)
    assert not report.healthy
    assert versions == {"python": "3", "torch": None}


def test_a_torn_last_line_is_dropped_wherever_it_is_torn(tmp_path):
    path = tmp_path / "report.json"
    begin(path, record("a"), record("b", message="über"))
    journal = journal_of(path)
    data = journal.read_bytes()
    lines = data.splitlines(keepends=True)
    assert len(lines) == 3
    for end in range(len(lines[0]), len(data) + 1):
        journal.write_bytes(data[:end])
        found = read_report(journal)[0].checked
        assert found == sum(end >= sum(map(len, lines[: 2 + n])) for n in range(2))
    journal.write_bytes(data + b"\0" * 100)  # as a disk may have it after a failure of the power
    assert read_report(journal)[0].checked == 2


@pytest.mark.parametrize("damage", [b"{}\n", b"\n", b"\0\0\n", b"\xff\n", b'{"case": 1}\n'])
def test_a_whole_line_that_is_damaged_is_refused(tmp_path, capsys, damage):
    path = tmp_path / "report.json"
    begin(path, record("a"))
    journal = journal_of(path)
    journal.write_bytes(journal.read_bytes() + damage)
    assert cli.main(["diff", str(journal), str(journal)]) == 2
    assert f"{journal} is a damaged journal: line 3: " in capsys.readouterr().err


def test_a_claim_that_was_judged_again_counts_once(tmp_path):
    path = tmp_path / "report.json"
    begin(path, record("a"), record("a", Verdict.FAIL, "no"))
    (found,) = read_report(journal_of(path))[0].records
    assert found.verdict is Verdict.FAIL


def test_the_report_takes_the_place_of_its_journal(tmp_path):
    path = tmp_path / "report.json"
    journal = begin(path, record("a"), planned=1)
    assert os.listdir(tmp_path) == ["report.json.partial"]
    assert finish_report(Report.of([record("a")]), path, journal) == []
    assert os.listdir(tmp_path) == ["report.json"]
    assert read_report(path)[0].healthy


def test_an_earlier_journal_is_not_mixed_up_with_a_later_run(tmp_path):
    path = tmp_path / "report.json"
    first = begin(path, record("a"), record("b"))
    second = begin(path, record("c"))
    first.add(record("d").to_json())
    assert [each.case for each in read_report(journal_of(path))[0].records] == ["c"]
    first.end(written=True)  # it leaves the journal of the other run alone
    assert journal_of(path).exists()
    second.end(written=True)
    assert not journal_of(path).exists()


def test_a_report_that_a_killed_run_would_have_replaced_is_not_taken_for_its(tmp_path, capsys):
    path = tmp_path / "report.json"
    write_report(Report.of([record("a")]), path)
    assert cli.main(["diff", str(path), str(path)]) == 0
    begin(path, record("a"))
    os.utime(path, (1, 1))
    assert cli.main(["diff", str(path), str(path)]) == 2
    said = capsys.readouterr().err
    assert f"{path} is older than {path}.partial, the journal of a run that did not come" in said
    path.unlink()
    assert cli.main(["diff", str(path), str(path)]) == 2
    assert f"{path} is missing ({path}.partial has what was judged" in capsys.readouterr().err


def test_of_a_link_the_journal_lies_beside_the_target(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "folder" / "report.json")
    begin(link, record("a"))
    assert os.listdir(tmp_path / "folder") == ["report.json.partial"]
    longest = tmp_path / ("ä" * 125 + ".json")
    begin(longest, record("a")).end(written=False)
    assert read_report(journal_of(longest))[0].checked == 1


@pytest.mark.parametrize("there", ["directory", "pipe"])
def test_what_stands_in_the_journals_place_is_refused_before_the_work(tmp_path, there):
    place = tmp_path / "report.json.partial"
    place.mkdir() if there == "directory" else os.mkfifo(place)
    with pytest.raises(ValueError, match=r"report\.json\.partial is "):
        Journal(tmp_path / "report.json")


def test_a_full_disk_ends_the_journal_and_not_the_run(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    journal = begin(path, record("a"))
    monkeypatch.setattr(os, "write", lambda handle, data: len(data) // 2)
    journal.add(record("b").to_json())
    monkeypatch.undo()
    journal.add(record("c").to_json())
    assert read_report(journal_of(path))[0].checked == 1
    troubles = finish_report(Report.of([record("a")]), path, journal)
    assert troubles == ["the journal report.json.partial could not be written: no more fitted"]
    assert read_report(path)[0].complete


# Real runs, really killed -----------------------------------------------------------------------


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


def kill_after(process, journal, lines):
    """Kill a run once its journal has so many lines; whether it was still running."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.read_bytes().count(b"\n") > lines:
            break
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def assert_readable(path, lines, capsys):
    report, _ = read_report(journal_of(path))
    assert report.checked >= lines
    assert report.planned > report.checked
    assert {each.verdict for each in report.records} == {Verdict.PASS}
    assert not path.exists()
    assert cli.main(["diff", str(journal_of(path)), str(journal_of(path))]) == 1
    said = "The new run is incomplete: it did not come to its end"
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_killed_run_leaves_what_it_judged(tmp_path, capsys, processes):
    path = tmp_path / "report.json"
    arguments = ("--subject", "refimpl.torch", "-k", "relu", *processes)
    for lines in (1, 40):
        assert kill_after(start(*arguments, "--report-json", path), journal_of(path), lines)
        assert_readable(path, lines, capsys)


def test_a_killed_judge_leaves_what_it_judged(tmp_path, capsys):
    pack, results, path = tmp_path / "pack", tmp_path / "results", tmp_path / "report.json"
    assert cli.main(["export", str(pack), "--layer", "conv2d", "--layer", "relu"]) == 0
    questions = json.loads((pack / "pack.json").read_text())["questions"]
    results.mkdir()
    (results / "results.json").write_text('{"version": 1, "subject": "mine"}')
    for name in questions:
        (results / name).mkdir()
        said = {"version": 1, "unsupported": "not implemented"}
        (results / name / "answer.json").write_text(json.dumps(said))
    process = start("judge", pack, results, "--report-json", path)
    assert kill_after(process, journal_of(path), 5)
    report, _ = read_report(journal_of(path))
    assert 5 <= report.checked < report.planned
    capsys.readouterr()
    assert cli.main(["diff", str(journal_of(path)), str(journal_of(path))]) == 1
    assert "is incomplete: it did not come to its end" in capsys.readouterr().out


def test_the_table_is_printed_where_no_more_can_be_written(tmp_path):
    """A limit on the size of files is the full disk: the journal meets it, or the report alone."""
    path = tmp_path / "report.json"

    def run(limit):
        process = start(
            *("--subject", "refimpl.torch", "-k", "relu6 and output"),
            *("-p", "no:cacheprovider", "--report-json", path),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        said, _ = process.communicate(timeout=120)
        assert "planned claims" in said
        assert "Traceback" not in said
        return process.returncode, said

    assert run(1 << 30)[0] == 0
    size = path.stat().st_size
    path.unlink()
    for limit, what in ((size // 2, "the journal"), (size - 1, "the report")):
        status, said = run(limit)
        assert status == 1
        assert f"{what} " in said
        assert "could not be written: [Errno 27] File too large" in said
        assert not path.exists()
        assert read_report(journal_of(path))[0].checked > 0
