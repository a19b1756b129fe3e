"""
Collects the records of a pytest run, and reports them at its end.

It belongs to the process that writes to the terminal; under pytest-xdist that one runs no tests,
and the records reach it with the reports of the workers. Everything that is not needed in a run
without the matrix is imported where it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from conformance.judging.claim import Claim
    from conformance.report.journal import Journal
    from conformance.report.progress import Progress
    from conformance.report.summary import Report

# The name under which a record travels in a test's user properties.
PROPERTY = "conformance"

_CATEGORIES = {"pass": "passed", "expected": "xfailed", "unsupported": "skipped"}


class ClaimSource(Protocol):
    """What the ledger asks of the plan; of its claims only once the run is over."""

    @property
    def module(self) -> Path:
        """The tests of the matrix."""

    @property
    def columns(self) -> Sequence[str]:
        """The subjects, in the order of the matrix."""

    @property
    def unguarded(self) -> Sequence[str]:
        """The subjects of the user's own that run in the process that judges them."""

    @property
    def seed(self) -> int:
        """What the inputs are drawn from."""

    def find_claim(self, aspect: str, name: str) -> Claim:
        """Return the planned claim of that aspect and id."""


def _open_journal(path: Path) -> Journal:
    from conformance.report.journal import Journal

    try:
        return Journal(path)
    except ValueError as error:
        from conformance.spec.text import message_of

        raise pytest.UsageError(f"--report-json: {message_of(error)}") from None


class Ledger:
    """
    The plugin that collects records and reports them.

    Parameters
    ----------
    config : pytest.Config
        Configuration of the run.
    plan : ClaimSource
        What the run is about.
    """

    def __init__(self, config: pytest.Config, plan: ClaimSource) -> None:
        self.config = config
        self.plan = plan
        path: Path | None = config.option.conformance_report_json
        self.report_json = None if path is None else path.absolute()  # tests may change directory
        self.planned: dict[str, None] = {}  # node ids, in the order of the plan
        self.records: dict[str, dict[str, Any]] = {}
        self.broken: dict[str, str] = {}
        self.report: Report | None = None
        self.journal = None if self.report_json is None else _open_journal(self.report_json)
        self.troubles: list[str] = []
        self.progress: Progress | None = None
        self._in_suite: dict[str, bool] = {}

    # What is planned ------------------------------------------------------------------------

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record what this process is going to run."""
        self._plan(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Record what the workers are going to run; they all collect the same."""
        self._plan(ids)

    def _plan(self, ids: Iterable[str]) -> None:
        begun = bool(self.planned)
        # A worker that replaces a dead one reports the same collection again.
        self.planned.update(dict.fromkeys(filter(self._is_claim, ids)))
        if self.planned and not begun:
            self._begin()

    def _begin(self) -> None:
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            from conformance.report.progress import Progress

            self.progress = Progress(reporter)
        if self.journal is not None and not self.config.option.collectonly:
            from conformance.report.json import installed_versions

            self.journal.start(len(self.planned), installed_versions())

    def _is_claim(self, nodeid: str) -> bool:
        path, _, test = nodeid.partition("::")
        if path not in self._in_suite:
            found = os.path.realpath(self.config.rootpath / path)
            self._in_suite[path] = Path(found) == self.plan.module
        return self._in_suite[path] and "[" in test

    # What happened --------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the record out of a test's report, or note that the test broke without one."""
        if report.nodeid not in self.planned:
            return
        record = dict(report.user_properties).get(PROPERTY)
        if isinstance(record, dict):
            self.records[report.nodeid] = record
            if self.journal is not None:
                self.journal.add(record)
            self.broken.pop(report.nodeid, None)
        elif report.failed and report.nodeid not in self.records:
            self.broken[report.nodeid] = str(report.longrepr)
        if self.progress is not None:
            self.progress.show(len(self.records), len(self.planned))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, str] | None:
        """Count a claim without printing its letter: twenty thousand dots are of no use."""
        if self.config.get_verbosity() > 0 or not isinstance(report, pytest.TestReport):
            return None
        if report.when != "call" or report.nodeid not in self.records:
            return None
        verdict = self.records[report.nodeid]["verdict"]
        return _CATEGORIES.get(verdict, "failed"), "", ""

    # What is reported -----------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the JSON report, and let no unhealthy run exit 0."""
        if not self.planned or self.config.option.collectonly:
            return
        self.report = self._close()
        if self.report_json is not None and self.journal is not None:
            from conformance.report.json import finish_report

            self.troubles = finish_report(self.report, self.report_json, self.journal)
        if session.exitstatus == pytest.ExitCode.OK and (self.troubles or not self.report.healthy):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the matrix."""
        if self.report is None:
            return
        from conformance.judging.settings import describe_setting
        from conformance.report.terminal import render_report

        setting = describe_setting(self.plan.columns)
        writer = self.config.get_terminal_writer()
        # Off a terminal pytest assumes 80 columns; the matrix of four subjects wants 100.
        wide = writer.hasmarkup or "COLUMNS" in os.environ
        width = max(writer.fullwidth if wide else 100, 60)
        terminalreporter.ensure_newline()
        terminalreporter.write_line("")
        if setting:
            terminalreporter.write_line(f"{setting}.")
        if self.plan.seed:
            seed = self.plan.seed
            terminalreporter.write_line(
                f"The inputs are drawn from seed {seed}: --input-seed {seed}."
            )
        if self.config.option.tbstyle == "no":
            from conformance.report.failures import render_failures

            terminalreporter.write(f"{render_failures(self.report)}\n")
        terminalreporter.write(render_report(self.report, width=width, colour=writer.hasmarkup))
        for trouble in self.troubles:
            terminalreporter.write_line(trouble, red=True)

    def _close(self) -> Report:
        from conformance.judging.verdict import Record
        from conformance.report.summary import Report

        judged = {nodeid: Record.from_json(values) for nodeid, values in self.records.items()}
        lost = {nodeid: self._lost(nodeid, why) for nodeid, why in self.broken.items()}
        everything = {**judged, **lost}
        layers = [everything[nodeid].layer for nodeid in self.planned if nodeid in everything]
        return Report.of(
            everything.values(),
            planned=len(self.planned),
            checked=len(judged),
            subjects=self.plan.columns,
            layers=layers,
            unguarded=self.plan.unguarded,
        )

    def _lost(self, nodeid: str, why: str) -> Any:
        """Return the record of a claim whose test ended without a verdict."""
        from conformance.judging.verdict import Record, Verdict

        test = nodeid.partition("::")[2]
        aspect = test[: test.index("[")].removeprefix("test_")
        claim = self.plan.find_claim(aspect, test[test.index("[") + 1 : test.rindex("]")])
        return Record(
            case=claim.case.id,
            layer=claim.case.layer,
            aspect=aspect,
            subject=claim.subject,
            form=claim.form,
            verdict=Verdict.ERROR,
            k=None,
            limit=None,
            seed="",
            message=why,
        )
