"""
The pytest plugin that runs the matrix: an entry point of the group ``pytest11``.

The tests beside this file are parametrized with the claims of the plan, each judged once, and its
verdict told in pytest's words. Other tests are left alone, and nothing heavy is imported before
the first claim is planned.
"""

from __future__ import annotations

import argparse
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from _pytest.runner import runtestprotocol

from conformance.report.ledger import PROPERTY, Ledger

if TYPE_CHECKING:
    from conformance.judging.claim import Claim
    from conformance.judging.expectations import ExpectedFailure
    from conformance.judging.session import Session
    from conformance.judging.verdict import Record
    from conformance.subjects.remote import Isolation
    from conformance.subjects.roster import Roster
    from conformance.subjects.sandbox import Limits

CheckClaim: TypeAlias = "Callable[[Claim], None]"

_MATRIX = Path(__file__).resolve().with_name("test_matrix.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the matrix."""
    group = parser.getgroup("conformance", "conformance matrix")
    group.addoption(
        "--subject",
        dest="conformance_subjects",
        metavar="NAME",
        action="append",
        default=[],
        help="check this subject (repeatable; default: all known ones): its name, FILE.py:Name or"
        " package.module:Name",
    )
    group.addoption(
        "--claim",
        dest="conformance_claims",
        metavar="ID",
        action="append",
        default=[],
        help="check this claim alone (repeatable): ASPECT/ID, or ID for all its aspects",
    )
    group.addoption(
        "--expected-failures",
        dest="conformance_expected_failures",
        metavar="FILE",
        type=Path,
        default=None,
        help="a TOML file of the failures that are expected; one that does not happen is stale",
    )
    group.addoption(
        "--isolate",
        dest="conformance_isolate",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="run subjects that are not built in in a process of their own (the default)",
    )
    group.addoption(
        "--time-limit",
        dest="conformance_time_limit",
        metavar="SECONDS",
        type=float,
        default=60.0,
        help="how long an isolated subject may take for one call (default: 60)",
    )
    group.addoption(
        "--memory-limit",
        dest="conformance_memory_limit",
        metavar="SIZE",
        default=None,
        help="how much memory an isolated subject may allocate, such as 4G (default: any)",
    )
    group.addoption(
        "--answer-limit",
        dest="conformance_answer_limit",
        metavar="SIZE",
        default=None,
        help="how large an isolated subject's answer to one call may be (default: 1G)",
    )
    group.addoption(
        "--input-seed",
        dest="conformance_seed",
        metavar="N",
        default="0",
        help="draw the inputs from this seed, or 'random' for a fresh one (default: 0)",
    )
    group.addoption(
        "--report-json",
        dest="conformance_report_json",
        metavar="FILE",
        type=Path,
        default=None,
        help="write the records of the matrix to FILE",
    )
    group.addoption(
        "--capsules",
        dest="conformance_capsules",
        metavar="DIR",
        type=Path,
        default=None,
        help="write the first failures into DIR, each as a short program of its own",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what cannot work before anything runs, and register the ledger."""
    _read_seed(config)
    matrix = MatrixPlugin(config)
    config.pluginmanager.register(matrix, "conformance-matrix")
    if not matrix.worker:
        matrix.check_options()
        config.pluginmanager.register(Ledger(config, matrix), "conformance-ledger")


@pytest.fixture(scope="session")
def check(request: pytest.FixtureRequest) -> CheckClaim:
    """Judge a claim, and end the test as its verdict says."""
    matrix = request.config.pluginmanager.get_plugin("conformance-matrix")
    assert isinstance(matrix, MatrixPlugin)
    return matrix.check


class MatrixPlugin:
    """
    Plans and judges the claims of one process.

    Parameters
    ----------
    config : pytest.Config
        Configuration of the run.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.subjects: list[str] = list(dict.fromkeys(config.option.conformance_subjects))
        self.worker = hasattr(config, "workerinput")  # of pytest-xdist
        self.wanted = frozenset(map(_parse_claim_name, config.option.conformance_claims))
        self.report_json: Path | None = config.option.conformance_report_json
        self.expected_failures: Path | None = config.option.conformance_expected_failures
        self.expected: tuple[ExpectedFailure, ...] = ()
        self.isolate: bool = config.option.conformance_isolate
        self.time_limit: float = config.option.conformance_time_limit
        self.seed = int(config.option.conformance_seed)
        self.memory_limit: str | None = config.option.conformance_memory_limit
        self.answer_limit: str | None = config.option.conformance_answer_limit
        self._isolation: Isolation | None = None
        self._roster: Roster | None = None
        self._plan: dict[str, dict[str, Claim]] | None = None
        self._cases: dict[str, int] = {}  # by id, numbered in the order of the plan
        self._session: Session | None = None
        self._record: Record | None = None

    # Planning -------------------------------------------------------------------------------

    def check_options(self) -> None:
        """Raise pytest.UsageError for an option that cannot be followed."""
        try:
            _ = self.limits
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None
        try:
            _ = self.subjects and self.roster
        except (Exception, SystemExit) as error:  # the module is the user's: anything may happen
            kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            raise pytest.UsageError(f"--subject: {kind}{_message_of(error)}") from error
        if self.report_json is not None:
            from conformance.report.files import check_destination

            try:
                check_destination(self.report_json)
            except ValueError as error:
                raise pytest.UsageError(f"--report-json: {_message_of(error)}") from None
        if self.expected_failures is not None:
            try:
                _ = self.plan
            except ValueError as error:
                raise pytest.UsageError(f"--expected-failures: {_message_of(error)}") from None
        if self.wanted:
            found = {name for aspect in self.plan for name in self.plan[aspect]}
            found |= {f"{aspect}/{name}" for aspect in self.plan for name in self.plan[aspect]}
            for name in sorted(self.wanted - found):
                raise pytest.UsageError(
                    f"--claim: the plan has no claim {name!r}; --collect-only -q lists them all"
                )

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist which seed has been drawn."""
        node.workerinput["conformance_seed"] = str(self.seed)

    @property
    def limits(self) -> Limits:
        """What an isolated subject may cost."""
        from conformance.subjects.sandbox import Limits

        return Limits.read(self.time_limit, self.memory_limit, self.answer_limit)

    @property
    def module(self) -> Path:
        """The tests of the matrix."""
        return _MATRIX

    @property
    def columns(self) -> list[str]:
        """The subjects under test, in the order of the matrix."""
        return list(self.roster)

    @property
    def unguarded(self) -> list[str]:
        """The subjects of the user's own that run in the process that judges them."""
        return [name for name, entry in self.roster.items() if entry.unguarded]

    @property
    def roster(self) -> Roster:
        """The subjects under test by name."""
        if self._roster is None:
            from conformance.subjects.remote import Isolation
            from conformance.subjects.roster import built_in, roster_of

            if self.subjects and self.isolate:
                self._isolation = Isolation(self.limits)
            named = self.subjects
            self._roster = roster_of(named, self._isolation) if named else built_in()
        return self._roster

    @property
    def plan(self) -> dict[str, dict[str, Claim]]:
        """The claims of this run by aspect and id, in the order of the plan."""
        if self._plan is None:
            from conformance.judging.planning import plan, reseed_claims

            if self.worker:
                from conformance.subjects.sandbox import die_with_parent

                die_with_parent()
            by_aspect: dict[str, dict[str, Claim]] = {}
            planned = plan(self.roster)
            if self.seed:
                planned = reseed_claims(planned, self.seed)
            if self.expected_failures is not None:
                from conformance.judging.expectations import load_expected_failures

                self.expected = load_expected_failures(self.expected_failures, planned, self.roster)
            for claim in planned:
                name = claim.id
                if self.wanted and not {name, f"{claim.aspect}/{name}"} & self.wanted:
                    continue
                claims = by_aspect.setdefault(claim.aspect, {})
                if name in claims:
                    raise pytest.Collector.CollectError(
                        f"two claims of the plan are called {claim.aspect}/{name}"
                    )
                claims[name] = claim
                self._cases.setdefault(claim.case.id, len(self._cases))
            self._plan = by_aspect
        return self._plan

    def find_claim(self, aspect: str, name: str) -> Claim:
        """Return the planned claim of that aspect and id."""
        return self.plan[aspect][name]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize the tests of the matrix with the claims of their aspect."""
        if "claim" in metafunc.fixturenames and metafunc.definition.path == _MATRIX:
            aspect = metafunc.definition.originalname.removeprefix("test_")
            claims = self.plan.get(aspect, {})
            metafunc.parametrize("claim", list(claims.values()), ids=list(claims))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """
        Run case by case, whatever the aspect: what its claims share is computed once.

        pytest-xdist hands out runs of neighbours, so they mostly meet in one process there, too.
        """
        if self._plan is None:  # nothing of the matrix was collected
            return
        ours = [(item, _claim_of(item)) for item in items if item.path == _MATRIX]
        # pytest makes one test without a claim for an aspect that has none
        ranked = [(self._cases[claim.case.id], item) for item, claim in ours if claim is not None]
        ranked.sort(key=lambda pair: pair[0])
        others = [item for item in items if item.path != _MATRIX]
        items[:] = [*others, *(item for _, item in ranked)]

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the capsules that were asked for, in the process that knows the whole run."""
        folder: Path | None = terminalreporter.config.option.conformance_capsules
        ledger = terminalreporter.config.pluginmanager.get_plugin("conformance-ledger")
        if folder is None or ledger is None or ledger.report is None:
            return
        from conformance.subjects.remote import Isolation
        from conformance.subjects.roster import roster_of
        from conformance.tools.reproducer.command import LIMITS
        from conformance.tools.reproducer.folder import write_first

        def claim_of(record: Record) -> Claim:
            return self.find_claim(record.aspect, f"{record.case}-{record.subject}-{record.form}")

        isolation = Isolation(replace(self.limits, seconds=min(self.time_limit, LIMITS.seconds)))
        named = self.subjects
        roster = roster_of(named, isolation if self.isolate else None) if named else self.roster
        try:
            for line in write_first(ledger.report.records, claim_of, roster, folder):
                terminalreporter.write_line(line)
        finally:
            isolation.close()

    # Judging --------------------------------------------------------------------------------

    def check(self, claim: Claim) -> None:
        """Judge a claim, and end the test as its verdict says."""
        from conformance.frontends.outcome import end_test
        from conformance.judging.judge import judge
        from conformance.judging.naming import MistakeNamer
        from conformance.judging.session import Session

        if self._session is None:
            self._session = Session(roster=self.roster, name_mistake=MistakeNamer().name)
        self._record = judge(claim, self._session, self.expected)
        end_test(self._record)

    def pytest_unconfigure(self) -> None:
        """End the processes of the subjects."""
        if self._isolation is not None:
            self._isolation.close()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """
        In a worker, report a claim once instead of in three phases.

        What pytest-xdist sends costs more than most claims do: this halves the whole.
        """
        if not self.worker or item.path != _MATRIX:
            return None
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Send a record along with the report of its test, and only with that."""
        if call.when == "call" and self._record is not None:
            item.user_properties.append((PROPERTY, self._record.to_json()))
            self._record = None
        elif call.when == "teardown" and item.path == _MATRIX:
            item.user_properties.clear()
        return None


def _read_seed(config: pytest.Config) -> None:
    """Draw a seed that is to be random, once for all processes of the run."""
    if hasattr(config, "workerinput"):
        config.option.conformance_seed = config.workerinput["conformance_seed"]
    given: str = config.option.conformance_seed
    if given == "random":
        config.option.conformance_seed = str(secrets.randbelow(2**31 - 1) + 1)
    elif re.fullmatch(r"\d{1,18}", given) is None:
        raise pytest.UsageError(
            f"--input-seed must be a number that is not negative, or random; got {given!r}"
        )


def _claim_of(item: pytest.Item) -> Claim | None:
    callspec = getattr(item, "callspec", None)
    claim: Claim | None = callspec.params.get("claim") if callspec is not None else None
    return claim if hasattr(claim, "case") else None


def _message_of(error: BaseException) -> str:
    from conformance.spec.text import message_of

    return message_of(error)


def _parse_claim_name(text: str) -> str:
    """Accept a claim as pytest prints it, too: ``test_output[ID]`` for ``output/ID``."""
    pasted = re.search(r"test_(\w+)\[(.+)\]$", text)
    return f"{pasted[1]}/{pasted[2]}" if pasted else text
