"""The four ways to run the suite come to the same verdicts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import conformance
from conformance.judging.verdict import Verdict

ROOT = Path(conformance.__file__).parent.parent

# One function right, one wrong, one that raises as declared, and a gap that is none.
ADAPTER = """
import numpy as np
import conformance


def clip(input, min_val=-1.0, max_val=1.0, inplace=False):
    return np.clip(input, min_val, max_val, out=input if inplace else None).astype(input.dtype)


def shifted(input, inplace=False):
    with np.errstate(all="ignore"):
        return np.clip(input / 6 + 1, 0, 1).astype(input.dtype)


def unwritten(**arguments):
    raise NotImplementedError("next week")


class Mine(conformance.FunctionSubject):
    name = "mine"
    dialect = "torch"
    functions = {
        "nn.functional.hardtanh": clip,
        "nn.functional.hardsigmoid": shifted,
        "nn.functional.hardswish": unwritten,
    }
    lacks = (
        conformance.Gap("nn.functional.hardswish", "not implemented", "next week"),
        conformance.Gap("nn.functional.hardtanh", "never", "no NaN", aspects=("empty",)),
    )
"""

EXPECTED = """
[[expected]]
case = "hardsigmoid-normal-float64"
aspect = "output"
form = "function"
reason = "Shifted."
link = "https://example.org/1"

[[expected]]
case = "hardtanh-normal-float16"
aspect = "output"
form = "function"
reason = "This one works."
"""

OWN_TEST = """
import json
import conformance

@conformance.parametrize_with_checks(
    "adapter.py:Mine", case="hard*", expected_failures="expected.toml"
)
def test_conformance(check):
    with open("records.jsonl", "a") as file:
        file.write(json.dumps(check.judge().to_json()) + "\\n")
    check()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("user")
    (path / "adapter.py").write_text(ADAPTER)
    (path / "expected.toml").write_text(EXPECTED)
    (path / "test_own.py").write_text(OWN_TEST)
    return path


@pytest.fixture(scope="module")
def judged(folder):
    """What the plain call says."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        return conformance.check("adapter.py:Mine", case="hard*", expected_failures="expected.toml")
    finally:
        os.chdir(before)


def command(*arguments, cwd):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def in_order(records):
    return sorted(records, key=lambda each: (each["case"], each["aspect"], each["form"]))


def test_every_verdict_occurs(judged):
    found = Counter(record.verdict for record in judged)
    assert set(found) == {
        Verdict.PASS, Verdict.FAIL, Verdict.UNSUPPORTED, Verdict.EXPECTED, Verdict.STALE,
    }  # fmt: skip
    assert found[Verdict.EXPECTED] == 1


def test_records_carry_the_name_and_commands_the_reference(judged):
    assert {record.subject for record in judged} == {"mine"}
    [stale] = [record for record in judged if record.message.startswith("expected to fail")]
    assert stale.message.splitlines() == [
        "expected to fail, but it passes: This one works.",
        "again     python -m conformance --subject adapter.py:Mine"
        " --claim output/hardtanh-normal-float16-mine-function",
    ]
    [expected] = [record for record in judged if record.verdict is Verdict.EXPECTED]
    assert expected.divergence == "Shifted. (https://example.org/1)"


@pytest.mark.parametrize("door", ["command", "pytest"])
def test_the_command_and_pytest_say_the_same(door, folder, judged):
    options = {
        "command": ["-m", "conformance", "run"],
        "pytest": ["-m", "pytest", "-p", "conformance.frontends.pytest_plugin",
                   "--import-mode=importlib", str(ROOT / "conformance")],
    }  # fmt: skip
    report = folder / f"{door}.json"
    run = command(
        *options[door],
        *("--subject", "adapter.py:Mine", "-k", "hard", "--report-json", report),
        *("--expected-failures", "expected.toml"),
        cwd=folder,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    records = json.loads(report.read_text())["records"]
    assert in_order(records) == in_order([record.to_json() for record in judged])


def test_a_test_of_ones_own_says_the_same(folder, judged):
    run = command("-m", "pytest", "-q", "-rA", "test_own.py", cwd=folder)
    assert run.returncode == 1, run.stdout + run.stderr
    records = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    assert in_order(records) == in_order([record.to_json() for record in judged])
    found = Counter(record.verdict for record in judged)
    summary = run.stdout.splitlines()[-1]
    for words in (
        f"{found[Verdict.PASS]} passed",
        f"{found[Verdict.FAIL] + found[Verdict.STALE]} failed",
        f"{found[Verdict.UNSUPPORTED]} skipped",
        "1 xfailed",
    ):
        assert words in summary
    assert "test_conformance[output/hardtanh-range-normal-float32-mine-function]" in run.stdout
    assert "call      nn.functional.hardsigmoid(" in run.stdout


def test_a_subject_may_be_an_object_or_a_class():
    class Mine(conformance.FunctionSubject):
        dialect = "torch"
        functions = {"nn.functional.tanh": lambda input: input}  # noqa: RUF012

    narrow = {"case": "tanh-normal-float64", "aspect": "output"}
    by_class, by_object = conformance.check(Mine, **narrow), conformance.check(Mine(), **narrow)
    assert by_class == by_object
    assert {record.subject for record in by_class} == {"Mine"}
    wrong = [record for record in by_class if record.verdict is Verdict.FAIL]
    claim = f"output/{wrong[0].case}-Mine-{wrong[0].form}"
    assert wrong[0].message.endswith(f"again     conformance.check(SUBJECT, claims=['{claim}'])")
    assert conformance.check(Mine, claims=[claim]) == wrong


FAULTY = Path(__file__).parents[1] / "faulty_subjects.py"
ONE_CASE = {"case": "softsign-ties-float32", "aspect": "[og]*t"}  # output and gradient


def test_isolated_a_subject_that_dies_costs_its_cells():
    records = conformance.check(f"{FAULTY}:Aborts", **ONE_CASE, isolate=True)
    dead = [record for record in records if record.verdict is Verdict.ERROR]
    assert {(record.aspect, record.form) for record in dead} == {
        ("output", "class"), ("gradient", "class"),
    }  # fmt: skip
    assert all(record.message.startswith("aborts was killed by SIGABRT\n") for record in dead)
    assert {record.verdict for record in records if record.form == "function"} == {Verdict.PASS}
    limits = conformance.Limits(seconds=0.5)
    slow = conformance.check(f"{FAULTY}:Hangs", **ONE_CASE, isolate=limits)
    assert sum("longer than the limit of 0.5 s" in record.message for record in slow) == len(dead)


def test_isolated_or_not_the_records_are_the_same(folder, judged, monkeypatch):
    monkeypatch.chdir(folder)
    narrow = {"case": "hard*", "expected_failures": "expected.toml"}
    assert conformance.check("adapter.py:Mine", **narrow, isolate=True) == judged


def test_a_test_of_ones_own_is_isolated_where_it_says_so():
    mark = conformance.parametrize_with_checks(f"{FAULTY}:Aborts", **ONE_CASE, isolate=True)
    verdicts = {check.claim.form: check.judge().verdict for check in mark.args[1]}
    assert verdicts == {"class": Verdict.ERROR, "function": Verdict.PASS}


def test_what_cannot_be_isolated_is_told():
    class Local(conformance.FunctionSubject):
        dialect = "torch"
        functions = {"nn.functional.tanh": lambda input: input}  # noqa: RUF012

    with pytest.raises(TypeError, match="isolate: Local was handed over as an object"):
        conformance.check(Local(), isolate=True)
    with pytest.raises(TypeError, match=r"isolate must be True, False or Limits; got 60$"):
        conformance.check("refimpl.torch", isolate=60)
    for wrong in ({"seconds": 0}, {"memory": 0}):
        with pytest.raises(ValueError, match=r"(seconds|memory) must be positive"):
            conformance.Limits(**wrong)


SCRIPT = """
import conformance

class Mine(conformance.FunctionSubject):
    dialect = "torch"
    functions = {"nn.functional.softsign": lambda input: input}

for record in conformance.check(Mine, case="softsign-ties-float32", aspect="output", isolate=True):
    if record.form == "function":
        print(record.verdict.value, record.message)
"""


def test_a_script_that_runs_itself_again_is_told_so(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    told = command("script.py", cwd=tmp_path).stderr
    assert "ImportError: it raised RuntimeError: a process that guards a subject was asked" in told
    assert "guard what it runs by `if __name__ == '__main__':`" in told


def test_progress_is_told():
    seen = []
    records = conformance.check(
        "refimpl.torch", case="tanh-normal-float64", progress=lambda *counts: seen.append(counts)
    )
    assert seen == [(n + 1, len(records)) for n in range(len(records))]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"case": "hardtahn*"}, "no claim matches case 'hardtahn\\*'"),
        ({"aspect": "ouput"}, "aspect must match one of output, loss"),
        ({"claims": ["output/x"]}, "the plan has no claim 'output/x'"),
        ({"claims": "output/x"}, "the plan has no claim 'output/x'"),
    ],
)
def test_what_selects_nothing_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        conformance.check("refimpl.torch", **arguments)


def test_a_subject_is_needed():
    with pytest.raises(TypeError, match="at least one subject"):
        conformance.check()


def test_the_face_imports_nothing_until_asked():
    code = "import sys, conformance; print('numpy' in sys.modules, 'pytest' in sys.modules)"
    assert command("-c", code, cwd=ROOT).stdout == "False False\n"
    for name in conformance.__all__:
        assert getattr(conformance, name).__name__ == name
        assert name in dir(conformance)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        _ = conformance.chekc
