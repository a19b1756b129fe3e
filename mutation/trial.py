"""One mutant, and who notices it: some claims, the tests, more claims."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from mutation.breaking import install
from mutation.matrix import Answers, reds
from mutation.targets import ROOT, Target

# So many claims are judged after the tests.
LATER = 2000


class _FirstFailure:
    """A plugin that keeps the name of the first test that fails."""

    def __init__(self) -> None:
        self.name: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid


def failing_test(tests: Sequence[str]) -> str | None:
    """Run tests until one fails, and name it."""
    first = _FirstFailure()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    status = pytest.main([*options, *(str(ROOT / test) for test in tests)], plugins=[first])
    if status == pytest.ExitCode.OK:
        return None
    return first.name or f"pytest ends with {status!r}"


def killer(
    target: Target,
    code: str,
    function: str,
    claims: Sequence[Any],
    answers: Answers,
    first: int,
) -> str:
    """Put another text in a module's place and name who notices; empty if nobody does.

    The claims about the layer that is called like the changed function come first; `first` claims
    are judged before the tests are run.
    """
    sys.dont_write_bytecode = True
    install(target, code)
    mine = [claim for claim in claims if claim.case.layer == function]
    claims = [*mine, *(claim for claim in claims if claim.case.layer != function)]
    if red := next(reds(claims[:first], answers), None):
        return f"matrix: {red}"
    if target.tests and (failed := failing_test(target.tests)):
        return f"tests: {failed}"
    if red := next(reds(claims[first : first + LATER], answers), None):
        return f"matrix: {red}"
    return ""
