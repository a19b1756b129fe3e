"""Hostile subjects: none passes, stops the run, or leaves a process behind."""

from __future__ import annotations

import contextlib
import importlib.util
import time
from pathlib import Path

import psutil
import pytest

from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.layers.registry import layer_cases
from conformance.subjects.remote import Isolation
from conformance.subjects.roster import roster_of
from conformance.subjects.sandbox import AVAILABLE, Limits

HERE = Path(__file__).parent
HOSTILE = HERE / "hostile_subjects.py"
LIMITS = Limits(seconds=2.0, memory=2 << 30, answer=64 << 20)


def attacks():
    spec = importlib.util.spec_from_file_location("hostile_subjects", HOSTILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.ATTACKS)


def claims_about(subject):
    """Claims that ask a subject with gradients and without, for a layer and for a function."""
    (case,) = (case for case in layer_cases() if case.id == "softsign-ties-float32")
    return [
        Claim.about(case, aspect, subject, form)
        for form in ("class", "function")
        for aspect in ("output", "gradient", "purity", "dtype")
    ]


@pytest.mark.skipif(not AVAILABLE, reason="this system cannot keep a subject in a process")
@pytest.mark.parametrize("name", attacks())
def test_no_hostile_subject_passes(name, tally):
    tally["hostile subjects"] += 1
    began = time.monotonic()
    before = set(psutil.Process().children(recursive=True))
    isolation = Isolation(LIMITS)
    try:
        roster = load(name, isolation)
        (subject,) = roster
        session = Session(roster=roster)
        records = [judge(claim, session) for claim in claims_about(subject)]
        started = set(psutil.Process().children(recursive=True)) - before
    finally:
        isolation.close()
    for record in records:
        assert type(record) is Record
        assert record.subject == subject
        assert len(record.message) <= 20_000
        assert record.message.replace("\n", "").replace("\t", "").isprintable()
        if record.aspect == "output":
            assert record.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.UNSUPPORTED), record
    assert any(not record.verdict.healthy for record in records)
    assert gone(started), [process.cmdline() for process in started if process.is_running()]
    assert time.monotonic() - began < 60


def load(name, isolation, attempts=5):
    """Load a subject; on a busy machine that alone may take longer than the limit."""
    for attempt in range(attempts):
        try:
            return roster_of([f"{HOSTILE}:{name}"], isolation)
        except ImportError as error:
            if "ran longer than the limit" not in str(error) or attempt == attempts - 1:
                raise
    raise AssertionError


def gone(processes, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        left = []
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    left.append(process)
        if not left:
            return True
        time.sleep(0.02)
    return False
