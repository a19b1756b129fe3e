from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import conformance
from conformance.judging.selection import ASPECTS
from conformance.report.json import SCHEMA

pytest_plugins = ["pytester"]

SUITE = Path(conformance.__file__).parent
MATRIX = SUITE / "frontends" / "test_matrix.py"
CLAIM = "relu-normal-float32-alpha-class"
OTHER = "conv2d-stride2.5-float32-beta-class"


@pytest.fixture
def matrix(pytester, monkeypatch):
    """Run the matrix of the fake plan; gives pytest's result and the JSON report."""
    paths = [str(Path(__file__).parents[1]), str(SUITE.parent)]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments, events=None, aspect=None, files=(MATRIX,)):
        files = (f"{MATRIX}::test_{aspect}",) if aspect else files
        monkeypatch.setenv("STUB_EVENTS", json.dumps(events or {}))
        path = pytester.path / "report.json"
        path.unlink(missing_ok=True)
        result = pytester.runpytest_subprocess(
            *("-p", "conformance.frontends.pytest_plugin", "-p", "stub_plan", "-p", "xdist"),
            *("--import-mode=importlib", "--report-json", path, *arguments, *files),
        )
        if not path.exists():
            return result, None
        report = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(report, json.loads(SCHEMA.read_text(encoding="utf-8")))
        return result, report

    return run


def verdicts(report):
    return {
        f"{item['aspect']}/{item['case']}-{item['subject']}-{item['form']}": item["verdict"]
        for item in report["records"]
    }


def test_every_claim_is_checked(matrix):
    result, report = matrix()
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=16)
    assert report["claims_planned"] == report["claims_checked"] == 16
    assert set(verdicts(report).values()) == {"pass"}
    result.stdout.fnmatch_lines(
        ["layer * alpha  K * beta  K", "relu *4/4 0.25 *4/4 0.25", "conv2d *4/4 0.25 *4/4 0.25"]
    )
    result.stdout.fnmatch_lines(["checked 16 of 16 planned claims"])


def test_no_letters_and_no_file_names_are_printed(matrix):
    result, _ = matrix()
    result.stdout.no_fnmatch_line("*test_output.py*")
    result.stdout.no_fnmatch_line("*..*")


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_verdicts_become_outcomes(matrix, processes):
    names = [f"output/conv2d-{words}-float32-{subject}-class" for words in ("normal", "stride2.5")
             for subject in ("alpha", "beta")] + [f"output/{CLAIM}"]  # fmt: skip
    events = dict(
        zip(names, ["fail", "unsupported", "expected", "stale", "error"], strict=True),
    )
    result, report = matrix(*processes, events=events)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=11, failed=3, skipped=1, xfailed=1)
    assert {name: verdicts(report)[name] for name in names} == events
    assert report["claims_planned"] == report["claims_checked"] == 16
    [expected] = [item for item in report["records"] if item["verdict"] == "expected"]
    assert expected["k"] == "inf"
    result.stdout.fnmatch_lines_random(
        [
            "again     python -m conformance --claim output/conv2d-normal-float32-alpha-class",
            "stale: no longer differs",
            "error: ValueError: no",
            "*1  Beta rounds the other way. (alpha)",
            "*1  there is no such thing (beta)",
        ]
    )
    result.stdout.no_fnmatch_line("*plugin.py*: Failed*")


@pytest.mark.parametrize("verdict", ["fail", "stale", "error"])
def test_one_unhealthy_claim_fails_the_run(matrix, verdict):
    result, _ = matrix(events={f"output/{CLAIM}": verdict}, aspect="output")
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("verdict", ["unsupported", "expected"])
def test_recorded_claims_do_not_fail_the_run(matrix, verdict):
    result, _ = matrix(events={f"output/{CLAIM}": verdict}, aspect="output")
    assert result.ret == pytest.ExitCode.OK


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_a_message_that_cannot_be_encoded_costs_one_claim(matrix, processes):
    result, report = matrix(*processes, events={f"output/{CLAIM}": "surrogate"})
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert (report["claims_planned"], report["claims_checked"]) == (16, 16)
    [broken] = [item for item in report["records"] if item["verdict"] != "pass"]
    assert (broken["verdict"], broken["message"]) == ("error", "ValueError: \\ud800 \\x1b[2J")


@pytest.mark.parametrize("verdict", ["unsupported", "expected"])
def test_a_run_without_a_pass_fails_and_says_so(matrix, verdict):
    result, report = matrix("--claim", f"output/{CLAIM}", events={f"output/{CLAIM}": verdict})
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert set(verdicts(report).values()) == {verdict}
    result.stdout.fnmatch_lines(["No claim passed, so this run is not a success."])


def test_report_does_not_depend_on_order_or_processes(matrix):
    events = {f"output/{CLAIM}": "expected", f"gradient/{OTHER}": "unsupported"}
    _, alone = matrix(events=events)
    _, backwards = matrix(
        events=events, files=[f"{MATRIX}::test_gradient", f"{MATRIX}::test_output"]
    )
    _, parallel = matrix("-n", "2", events=events)
    _, grouped = matrix("-n", "2", "--dist", "loadgroup", events=events)
    assert alone == backwards == parallel == grouped


def test_dead_worker_costs_one_claim_and_the_run_goes_on(matrix):
    result, report = matrix("-n", "2", events={f"output/{CLAIM}": "crash"})
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert (report["claims_planned"], report["claims_checked"]) == (16, 15)
    [lost] = [item for item in report["records"] if item["verdict"] != "pass"]
    assert (lost["verdict"], lost["layer"], lost["subject"]) == ("error", "relu", "alpha")
    assert "crashed" in lost["message"]
    result.stdout.fnmatch_lines(["checked 15 of 16 planned claims: the run is incomplete, 1 got*"])


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_broken_harness_costs_one_claim_and_is_an_error(matrix, processes):
    result, report = matrix(*processes, events={f"output/{CLAIM}": "raise"})
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert (report["claims_planned"], report["claims_checked"]) == (16, 15)
    [lost] = [item for item in report["records"] if item["verdict"] != "pass"]
    assert lost["verdict"] == "error"
    assert "the harness broke" in lost["message"]


def test_interrupted_run_is_incomplete(matrix):
    result, report = matrix(events={f"output/{OTHER}": "interrupt"})
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert report["claims_planned"] == 16
    assert report["claims_checked"] == len(report["records"]) < 16
    result.stdout.fnmatch_lines(["checked * of 16 planned claims: the run is incomplete,*"])


def test_stopping_at_the_first_failure_is_incomplete(matrix):
    result, report = matrix("-x", events={f"output/{CLAIM}": "fail"})
    assert result.ret != pytest.ExitCode.OK
    assert report["claims_checked"] < report["claims_planned"] == 16


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_plan_with_two_claims_of_one_name_is_refused(matrix, processes):
    result, report = matrix(*processes, events={"plan": "twice"})
    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert report is None
    result.stdout.fnmatch_lines([f"two claims of the plan are called output/{CLAIM}"])


def test_claims_of_one_case_are_neighbours(matrix):
    result, _ = matrix("-v")
    cases = [line.split("[")[1].split("-float32")[0]
             for line in result.outlines if "::test_" in line]  # fmt: skip
    assert len(cases) == 16
    assert cases == sorted(cases, key=list(dict.fromkeys(cases)).index)
    # the order of the plan
    assert list(dict.fromkeys(cases)) == [
        "relu-normal", "relu-stride2.5", "conv2d-normal", "conv2d-stride2.5",
    ]  # fmt: skip


def test_selecting_by_words(matrix):
    result, report = matrix("-k", "test_output and conv2d and not alpha")
    assert result.ret == pytest.ExitCode.OK
    assert report["claims_planned"] == report["claims_checked"] == 2


def test_nothing_selected_is_not_a_success(matrix):
    result, report = matrix("-k", "transformer")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert report is None


@pytest.mark.parametrize(
    ("claims", "names"),
    [
        ([f"output/{CLAIM}"], [f"output/{CLAIM}"]),
        ([CLAIM], [f"gradient/{CLAIM}", f"output/{CLAIM}"]),
        ([f"output/{CLAIM}", f"gradient/{OTHER}"], [f"gradient/{OTHER}", f"output/{CLAIM}"]),
        ([f"conformance/frontends/test_matrix.py::test_output[{OTHER}]"], [f"output/{OTHER}"]),
    ],
)
def test_selecting_claims(matrix, claims, names):
    options = [word for claim in claims for word in ("--claim", claim)]
    result, report = matrix(*options)
    assert result.ret == pytest.ExitCode.OK
    assert sorted(verdicts(report)) == sorted(names)
    assert "deselected" not in result.stdout.str()
    result.assert_outcomes(passed=len(names))


def test_selecting_subjects(matrix):
    _, report = matrix("--subject", "beta", "--subject", "beta")
    assert {item["subject"] for item in report["records"]} == {"beta"}
    assert report["claims_planned"] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--subject", "betta"], "--subject: there is no subject 'betta'"),
        (["--claim", "output/nothing"], "the plan has no claim 'output/nothing'"),
        (["--report-json", "missing/report.json"], "there is no directory"),
        (["--report-json", "."], "is a directory"),
    ],
)
def test_options_that_cannot_be_followed_are_refused(matrix, options, message):
    result, report = matrix(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert report is None
    assert message in result.stderr.str()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_report_goes_to_a_regular_file_only(matrix, pytester):
    os.mkfifo(pytester.path / "pipe")
    result, report = matrix("--report-json", "pipe")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert report is None
    assert "--report-json: pipe is not a regular file" in result.stderr.str()


def test_report_that_cannot_be_written_fails_the_run(matrix, pytester):
    pytester.makepyfile(
        full_disk="""
        import os
        def pytest_sessionstart():
            def replace(*_): raise OSError("disk full")
            os.replace = replace
        """
    )
    result, report = matrix("-p", "full_disk", aspect="output")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert report is None
    result.stdout.fnmatch_lines(["the report could not be written: disk full"])


def test_listing_claims_judges_none(matrix):
    result, report = matrix("--collect-only", "-q", events={f"output/{CLAIM}": "crash"})
    assert result.ret == pytest.ExitCode.OK
    assert report is None
    assert sum("::test_" in line for line in result.outlines) == 16


def test_other_tests_are_left_alone(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(SUITE.parent))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        test_output="""
        import pytest, sys

        @pytest.fixture
        def claim():
            return "mine"

        def test_output(claim):
            assert claim == "mine"

        def test_nothing_heavy_is_imported():
            assert not {"numpy", "rich", "torch", "tensorflow"} & sys.modules.keys()
            assert "conformance.judging.claims" not in sys.modules
        """
    )
    result = pytester.runpytest_subprocess("-p", "conformance.frontends.pytest_plugin")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*planned claims*")
    result.stdout.fnmatch_lines(["test_output.py ..*"])


def test_importing_the_plugin_imports_nothing_heavy():
    code = "import sys, conformance.frontends.pytest_plugin; print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SUITE.parent
    ).stdout
    heavy = {"numpy", "rich", "torch", "tensorflow", "keras", "jsonschema"}
    assert not heavy & set(output.split())


def test_every_aspect_has_its_test():
    tests = re.findall(r"^def test_(\w+)", MATRIX.read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(tests) == ASPECTS
