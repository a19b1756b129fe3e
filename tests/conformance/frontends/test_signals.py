"""A run that is told to end does so soon, with a report, and leaves no process behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import conformance

ROOT = Path(conformance.__file__).parents[1]
FAULTY = Path(__file__).parents[1] / "faulty_subjects.py"
# What is promised, and what a busy machine may take beyond it: seconds.
PROMISED, SLACK = 5.0, 3.0


@contextlib.contextmanager
def running(*options):
    """A run that waits for a subject, together with all processes that it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process, await_subject(process.pid)
    finally:
        for each in descendants(process.pid):
            with contextlib.suppress(psutil.Error):
                each.kill()
        process.kill()
        process.wait()


def descendants(pid):
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def await_subject(pid, seconds=90):
    """Wait until a copy of a guard sleeps in a subject that hangs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = descendants(pid)
        for each in found:
            with contextlib.suppress(psutil.Error):
                if each.name() == "hanging":
                    return found
        time.sleep(0.05)
    raise AssertionError("no subject hangs")


def left_of(processes, seconds):
    end = time.monotonic() + seconds
    while True:
        left = []
        for each in processes:
            with contextlib.suppress(psutil.Error):
                if each.status() != psutil.STATUS_ZOMBIE:
                    left.append(each)
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.05)


HANGING = ("--subject", f"{FAULTY}:SleepsAndForks", "-k", "softsign-ties", "--time-limit", "600")


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")
@pytest.mark.parametrize(
    ("number", "send"),
    [
        (signal.SIGTERM, os.kill),
        (signal.SIGHUP, os.kill),
        (signal.SIGINT, os.kill),
        (signal.SIGINT, os.killpg),  # as a terminal does
    ],
    ids=["SIGTERM", "SIGHUP", "SIGINT", "Ctrl-C"],
)
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "two"])
def test_a_signal_ends_the_run_with_a_report(tmp_path, number, send, processes):
    report = tmp_path / "report.json"
    with running(*HANGING, "--report-json", str(report), *processes) as (process, begun):
        sent = time.monotonic()
        send(process.pid, number)
        output, _ = process.communicate(timeout=60)
        took = time.monotonic() - sent
    assert took < PROMISED + SLACK
    assert process.returncode not in (0, 1)
    assert not left_of(begun, PROMISED + SLACK)
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["claims_checked"] < document["claims_planned"]
    assert "of " in output
    assert "planned claims" in output  # the table is printed, too


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked at in /proc")
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["alone", "two"])
def test_children_die_with_a_run_that_is_killed(processes):
    with running(*HANGING, *processes) as (process, begun):
        assert len(begun) >= 3  # a guard, its copy, and what that began in a session of its own
        process.kill()
        process.communicate()
    assert not left_of(begun, PROMISED + SLACK)
