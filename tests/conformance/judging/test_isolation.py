"""A subject that comes to grief costs its own cells; the run goes on, and ends not 0."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import conformance
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.report.reading import read_report
from conformance.subjects.remote import Isolation
from conformance.subjects.roster import roster_of
from conformance.subjects.sandbox import Frame, GuardedProcess, Limits, ProcessDeath

HERE = Path(__file__).parents[1]
ROOT = Path(conformance.__file__).parents[1]
FAULTY = HERE / "faulty_subjects.py"
NUMPY = ROOT / "examples" / "numpy_subject.py"

DILATED = ("conv1d-k1-dilation2-nobias-wide-float32", "conv1d-depthwise-normal-float32")
WITHOUT_DILATION = """
import conformance

def conv1d(input, weight, bias=None, *, dilation, **arguments):
    if dilation != (1,):
        raise NotImplementedError
    from refimpl.torch.nn import functional
    return functional.conv1d(input, weight, bias, dilation=dilation, **arguments)

class WithoutDilation(conformance.FunctionSubject):
    name = "without-dilation"
    dialect = "torch"
    functions = {"nn.functional.conv1d": conv1d}
    lacks = (
        conformance.Gap(
            "nn.functional.conv1d",
            "not implemented",
            "dilation",
            when=lambda call: call.arguments["dilation"] != (1,),
        ),
    )
"""


def judged(reference, words, *, isolate=True, limits=None):
    """The records of the claims about one subject that have all these words."""
    isolation = Isolation(limits)
    try:
        roster = roster_of([str(reference)], isolation if isolate else None)
        planned = [claim for claim in plan(roster) if words(claim)]
        assert planned
        session = Session(roster=roster)
        return [judge(claim, session) for claim in planned]
    finally:
        isolation.close()


def of_softsign(claim):
    return claim.case.id in ("softsign-normal-float32", "softsign-ties-float32") and (
        claim.aspect in ("output", "gradient", "purity")
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Raises", "raises raised RuntimeError: no softsign today (faulty_subjects.py, line "),
        ("Exits", "exits raised SystemExit: 3 (faulty_subjects.py, line "),
        ("Leaves", "leaves ended the process with exit status 0\n"),
        ("Skips", "skips raised Skipped: nothing to see here (faulty_subjects.py, line "),
        ("Aborts", "aborts was killed by SIGABRT\n"),
        ("Segfaults", "segfaults was killed by SIGSEGV\n"),
        ("Divides", "divides was killed by SIGFPE\n"),
        ("IsKilled", "killed was killed by SIGKILL (as a system does that runs out of memory)\n"),
        ("Devours", "devours raised MemoryError: "),
        ("Hangs", "hangs ran longer than the limit of 0.5 s, and was ended\n"),
    ],
)
def test_an_accident_costs_its_cells(name, words):
    limits = Limits(0.5 if name == "Hangs" else 60, 1 << 30)
    records = judged(f"{FAULTY}:{name}", of_softsign, limits=limits)
    of_class = [record for record in records if record.form == "class"]
    assert len(of_class) > 3
    for record in of_class:
        assert record.verdict is Verdict.ERROR
        assert record.message.startswith(words)
        assert f"--subject {FAULTY}:{name} --claim {record.aspect}/" in record.message
    others = [record for record in records if record not in of_class]
    assert {record.aspect for record in others} >= {"output", "gradient"}
    assert {record.verdict for record in others} == {Verdict.PASS}


def test_what_dies_of_gradients_alone_still_answers_for_its_outputs():
    records = judged(f"{FAULTY}:DiesBackwards", of_softsign)
    found = {(r.aspect, r.verdict) for r in records if r.form == "class"}
    assert {("output", Verdict.PASS), ("gradient", Verdict.ERROR)} <= found
    assert ("output", Verdict.ERROR) not in found


def test_each_crash_happens_once():
    # Every aspect of a case looks at one request: a hang must not be waited for again.
    started = time.monotonic()
    records = judged(f"{FAULTY}:Hangs", of_softsign, limits=Limits(1.0))
    errors = [record for record in records if record.verdict is Verdict.ERROR]
    deadly = {(record.case, record.form) for record in errors}
    assert len(errors) >= 5
    assert time.monotonic() - started < 2 * len(deadly) + 10  # forward and backward, forward alone


def test_a_program_that_dies_costs_its_own_claim():
    records = judged(f"{FAULTY}:DiesInPrograms", lambda claim: claim.case.layer == "chapter")
    words = "dies-in-programs was killed by SIGABRT\n"
    told = [record for record in records if record.verdict is not Verdict.UNSUPPORTED]
    assert len(told) > 15
    assert all(record.message.startswith(words) for record in told)


def test_a_subject_that_dies_while_it_is_loaded():
    with pytest.raises(ImportError, match=r"DiesLoaded was killed by SIGABRT while it was loaded$"):
        judged(f"{FAULTY}:DiesLoaded", of_softsign)


def test_a_subject_that_is_loaded_once_only(tmp_path, monkeypatch):
    # A process that has died is replaced, and the subject loaded anew, which may go wrong then.
    monkeypatch.setenv("CONFORMANCE_TEST_LOADED", str(tmp_path / "loaded"))
    records = judged(f"{FAULTY}:LoadsOnce", of_softsign)
    said = {record.message.partition("\n")[0].partition(" (")[0] for record in records}
    assert said == {"loads-once was killed by SIGABRT", "loads-once raised OSError: not twice"}


def test_printing_and_reading_do_no_harm():
    records = judged(f"{FAULTY}:Talks", of_softsign)
    assert {record.verdict for record in records} == {Verdict.PASS}


def test_isolated_or_not_the_verdicts_are_the_same():
    def some(claim):
        return claim.case.layer in ("linear", "relu", "softsign") or "seeded" in claim.aspect

    reference = f"{NUMPY}:NumpySubject"
    apart = judged(reference, some)
    assert apart == judged(reference, some, isolate=False)
    assert sum(record.verdict is Verdict.PASS for record in apart) > 500


def test_what_a_subject_lacks_may_be_told_by_a_lambda(tmp_path):
    adapter = tmp_path / "adapter.py"
    adapter.write_text(WITHOUT_DILATION)
    records = judged(
        f"{adapter}:WithoutDilation",
        lambda c: c.case.id in DILATED and (c.aspect, c.form) == ("output", "function"),
    )
    said = {(record.case, record.verdict, record.message[:25]) for record in records}
    assert said == {
        (DILATED[0], Verdict.UNSUPPORTED, "not implemented: dilation"),
        (DILATED[1], Verdict.PASS, ""),
    }


def test_an_interrupt_still_stops_the_run(monkeypatch):
    def interrupt(self, request):
        raise KeyboardInterrupt

    roster = roster_of([f"{FAULTY}:Raises"])
    monkeypatch.setattr(type(roster["raises"].load()), "fail", interrupt)
    claim = next(each for each in plan(roster) if of_softsign(each) and each.form == "class")
    with pytest.raises(KeyboardInterrupt):
        judge(claim, Session(roster=roster))


def test_the_run_goes_on_and_ends_not_0(tmp_path):
    report = tmp_path / "report.json"
    references = [f"{FAULTY}:{name}" for name in ("Aborts", "Leaves", "Raises")]
    subjects = [word for reference in references for word in ("--subject", reference)]
    command = [sys.executable, "-m", "conformance", *subjects]
    command += ["-k", "softsign-ties-float32", "--report-json", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 1
    assert "was killed by SIGABRT" in done.stdout
    assert "ended the process with exit status 0" in done.stdout
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["claims_checked"] == document["claims_planned"] > 10
    verdicts = {(item["subject"], item["verdict"]) for item in document["records"]}
    names = ("aborts", "leaves", "raises")
    assert verdicts >= {(name, word) for name in names for word in ("pass", "error")}


@pytest.mark.parametrize(
    ("seconds", "memory", "words"),
    [
        (0, None, "--time-limit must be positive; got 0"),
        (float("nan"), None, "--time-limit must be positive; got nan"),
        (1, "much", "--memory-limit must be a number of bytes, or one with K, M, G or T; got"),
        (1, "0", "--memory-limit must be a number of bytes"),
    ],
)
def test_limits_that_are_none(seconds, memory, words):
    with pytest.raises(ValueError, match=r"^--") as caught:
        Limits.read(seconds, memory)
    assert str(caught.value).startswith(words)


def test_limits_as_a_user_writes_them():
    assert Limits.read(5, "2g") == Limits(5, 2 << 30)
    assert Limits.read(5, "1000") == Limits(5, 1000)


# The guarded process by itself. ---------------------------------------------------------------


def echo(setup):
    """What answers in these tests."""

    def answer(question):
        if question == "die":
            os.abort()
        return Frame([setup, question, os.getpid(), os.getppid()])

    return answer


@pytest.fixture
def process(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    process = GuardedProcess("test_isolation:echo", "prepared")
    yield process
    process.close()


def test_a_process_answers_and_is_replaced(process):
    first = process.ask("one").value
    assert first[:2] == ["prepared", "one"]
    assert process.ask("two").value[2:] == first[2:]  # the same process
    with pytest.raises(ProcessDeath, match=r"^was killed by SIGABRT$"):
        process.ask("die")
    again = process.ask("three").value
    assert again[2] != first[2]
    assert again[3] == first[3]  # what was prepared is still there


def test_a_process_that_dies_while_nobody_asks(process):
    first = process.ask("one").value
    os.kill(first[2], 9)
    with pytest.raises(ProcessDeath):
        process.ask("two")
    assert process.ask("three").value[:2] == ["prepared", "three"]
    assert process.ask("four").value[:2] == ["prepared", "four"]


def test_a_guard_that_is_killed_is_replaced_too(process):
    first = process.ask("one").value
    os.kill(first[3], 9)
    assert is_gone(first[2])  # the system ends it with its guard
    with pytest.raises(ProcessDeath):
        process.ask("two")
    assert process.ask("three").value[:2] == ["prepared", "three"]


def test_a_closed_process_is_gone_and_begins_anew(process):
    first = process.ask("one").value
    process.close()
    assert is_gone(first[2])
    assert is_gone(first[3])
    assert process.ask("two").value[:2] == ["prepared", "two"]


def is_gone(pid, seconds=5.0):
    """Whether a process ends within some seconds; one that nobody has reaped yet has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


# Inputs that nobody has published. --------------------------------------------------------------


def test_an_answer_that_was_looked_up_does_not_help_under_another_seed():
    reference = f"{FAULTY}:LooksAnswersUp"
    options = {"case": "softsign-normal-float32", "aspect": "output", "isolate": True}
    published = conformance.check(reference, **options)
    fresh = conformance.check(reference, **options, seed=20_261_201)
    assert {record.verdict for record in published} == {Verdict.PASS}
    assert {record.verdict for record in fresh} == {Verdict.FAIL}
    assert all(record.seed.startswith("20261201/") for record in fresh)
    assert all(" --input-seed 20261201 --claim " in record.message for record in fresh)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "random"])
def test_a_seed_that_is_none(seed):
    with pytest.raises(ValueError, match="seed must be an integer that is not negative; got"):
        conformance.check("refimpl.torch", case="softsign-normal-float32", seed=seed)


def test_a_random_seed_is_one_for_all_processes_and_repeats_the_run(tmp_path):
    report = tmp_path / "report.json"
    base = [sys.executable, "-m", "conformance", "--subject", "refimpl.torch", "-k", "softsign"]
    base += ["--report-json", str(report)]
    records = []
    for seed in ("random", None):
        drawn = {record["seed"].partition("/")[0] for record in records}
        words = ["--input-seed", *(drawn or {seed})]
        subprocess.run([*base, *words, "-n", "2"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        before, records = records, json.loads(report.read_text(encoding="utf-8"))["records"]
    (seed,) = drawn
    assert int(seed) > 0
    assert before == records


def test_a_run_without_isolation_says_so(tmp_path):
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "conformance", "--subject", f"{NUMPY}:NumpySubject"]
    command += ["-k", "softsign-ties-float32", "--report-json", str(report)]
    for options, names in ((["--no-isolate"], ["numpy"]), ([], [])):
        done = subprocess.run([*command, *options], capture_output=True, text=True, cwd=ROOT)
        assert json.loads(report.read_text(encoding="utf-8"))["unguarded"] == names
        assert ("numpy ran in the process that judges" in done.stdout) == bool(names)
        assert list(read_report(report)[0].unguarded) == names
