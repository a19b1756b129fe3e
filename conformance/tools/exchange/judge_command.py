"""``conformance judge``: judges the answers to a pack."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.report.failures import render_failures
from conformance.report.journal import Journal
from conformance.report.json import finish_report
from conformance.report.spinner import show_count
from conformance.report.terminal import render_report
from conformance.spec.text import message_of
from conformance.tools.exchange.judge import judge_results


def main(arguments: Sequence[str]) -> int:
    """
    Judge results.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if nothing failed, 1 if something did or the report could not be written, 2 if the pack
        or the results cannot be used.
    """
    options = _parser().parse_args(arguments)
    file: Path | None = options.report_json
    try:
        journal = None if file is None else Journal(file)
        with show_count("questions") as progress:
            report = judge_results(
                options.DIR,
                options.RESULTS,
                options.claim,
                options.expected_failures,
                progress,
                journal,
            )
    except ValueError as error:
        print(f"judge: {message_of(error)}", file=sys.stderr)
        return 2
    troubles = [] if file is None or journal is None else finish_report(report, file, journal)
    shown = sys.stdout.isatty()
    width = max(shutil.get_terminal_size().columns, 60) if shown else 100
    print(render_failures(report))
    print(render_report(report, width=width, colour=shown), end="")
    for trouble in troubles:
        print(f"judge: {trouble}", file=sys.stderr)
    return 0 if report.healthy and not troubles else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance judge", description="Judge the answers to a pack that export has written."
    )
    add = parser.add_argument
    add("DIR", type=Path, help="the pack")
    add("RESULTS", type=Path, help="the folder of answers")
    add("--claim", action="append", default=[], metavar="ID", help="this claim alone (repeatable)")
    add(
        "--expected-failures",
        type=Path,
        metavar="FILE",
        help="a TOML file of the failures that are expected; see docs/subjects.md",
    )
    add("--report-json", type=Path, metavar="FILE", help="write all records to FILE")
    return parser
