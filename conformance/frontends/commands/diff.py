"""``conformance diff``: what changed between two reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.report.diff import compare_reports, render_difference, render_page
from conformance.report.reading import read_report
from conformance.spec.text import message_of
from conformance.tools.output import folder_to_write, save_files

_PAGE = "versions.md"


def main(arguments: Sequence[str]) -> int:
    """
    Compare two reports.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if nothing fails that did not fail before, no pass is lost and both runs are whole; 1 if
        not; 2 for a file that cannot be read or written.
    """
    options = _parser().parse_args(arguments)
    try:
        old, new = read_report(options.old), read_report(options.new)
    except ValueError as error:
        print(f"conformance diff: {message_of(error)}", file=sys.stderr)
        return 2
    found = compare_reports(old, new)
    print(render_difference(found), end="")
    if options.docs is not None:
        command = f"conformance diff {options.old.name} {options.new.name} --docs docs/"
        page = {options.docs / _PAGE: render_page(found, command)}
        if not save_files("conformance diff", page):
            return 2
    return 0 if found.healthy else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance diff",
        description="Compare two reports: new failures, fixed ones, and K grown by more than 2x.",
    )
    parser.add_argument("old", type=Path, metavar="OLD.json", help="what --report-json wrote")
    parser.add_argument("new", type=Path, metavar="NEW.json", help="the same, later")
    parser.add_argument(
        "--docs", type=folder_to_write(_PAGE), metavar="DIR", help=f"write DIR/{_PAGE}, too"
    )
    return parser
