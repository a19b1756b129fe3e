"""``conformance survey``: judges many implementations, and writes a page about them."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conformance.report.reading import read_report
from conformance.spec.text import message_of
from conformance.studies.survey import (
    CAPSULES,
    Implementation,
    SurveyColumn,
    apply_explanations,
    judge_implementation,
    read_implementations,
    render_page,
    write_capsules,
)
from conformance.studies.survey.run import check_whole
from conformance.tools.arguments import positive_int
from conformance.tools.output import folder_to_write, save_files

_PAGE = "survey.md"


def main(arguments: Sequence[str]) -> int:
    """
    Survey the implementations of a file.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if every failure is explained, 1 if one is not, 2 for a bad file or an implementation
        that is not installed.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.reuse and options.reports is None:
        parser.error("--reuse needs --reports, the folder that holds them")
    try:
        wanted = _select(read_implementations(options.file), options.only)
        for each in wanted:
            _ = each.explanations  # a bad file is reported before anything runs
        columns = _judge_all(wanted, options)
    except (OSError, ValueError, RuntimeError) as error:
        print(f"conformance survey: {message_of(error)}", file=sys.stderr)
        return 2
    for column in columns:
        print(_summary(column))
    saved = options.docs is None or _save_page(columns, options)
    return 0 if saved and not any(column.unexplained for column in columns) else 1


def _save_page(columns: Sequence[SurveyColumn], options: argparse.Namespace) -> bool:
    folder = options.docs / CAPSULES
    try:
        print("\n".join(write_capsules(columns, folder, options.jobs)))
    except OSError as error:
        print(f"conformance survey: no capsules: {message_of(error)}", file=sys.stderr)
        return False
    command = f"conformance survey {options.file} --docs {options.docs}"
    text = render_page(columns, command, {file.name for file in folder.glob("*.py")})
    return save_files("conformance survey", {options.docs / _PAGE: text})


def _judge_all(wanted: Sequence[Implementation], options: argparse.Namespace) -> list[SurveyColumn]:
    versions = [_package_versions(each) for each in wanted]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.reports or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)

        def report_of(each: Implementation) -> SurveyColumn:
            path = folder / f"{each.name}.json"
            if options.reuse:
                stored, _ = read_report(path)
                check_whole(stored, path)
                found = apply_explanations(stored, each.explanations)
            else:
                found = judge_implementation(each, path)
            return SurveyColumn(each, versions[wanted.index(each)], found)

        with ThreadPoolExecutor(options.jobs) as pool:
            return list(pool.map(report_of, wanted))


def _package_versions(implementation: Implementation) -> dict[str, str]:
    found = {}
    for name in implementation.distributions:
        try:
            found[name] = importlib.metadata.version(name).partition("+")[0]  # without its build
        except importlib.metadata.PackageNotFoundError:
            raise ValueError(
                f"{implementation.name} needs {name}, which is not installed"
            ) from None
    return found


def _select(found: Sequence[Implementation], only: Sequence[str]) -> list[Implementation]:
    names = [each.name for each in found]
    for name in only:
        if name not in names:
            raise ValueError(f"--only must be one of {', '.join(names)}; got {name!r}")
    return [each for each in found if not only or each.name in only]


def _summary(column: SurveyColumn) -> str:
    records = column.report.records
    passed = sum(record.verdict == "pass" for record in records)
    explained = sum(record.divergence in column.sentences for record in records)
    lines = [
        f"{column.implementation.name}: {len(records)} claims, {passed} pass, {explained} explained"
    ]
    for record in column.unexplained:
        claim = f"{record.aspect}/{record.case}-{record.subject}-{record.form}"
        lines.append(f"  {record.verdict.value} and not explained: {claim}")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance survey",
        description="Judge implementations by others, each in a process of its own.",
    )
    parser.add_argument("file", type=Path, metavar="SURVEY.toml", help="which, and how")
    parser.add_argument(
        "--docs",
        type=folder_to_write(_PAGE),
        metavar="DIR",
        help=f"write DIR/{_PAGE} and the capsules in DIR/survey",
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this one alone (repeatable)"
    )
    parser.add_argument(
        "--reports", type=Path, metavar="DIR", help="keep the JSON reports in this folder"
    )
    parser.add_argument(
        "--reuse",
        action="store_true",
        help="explain the reports of --reports anew, and run nothing",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        type=positive_int,
        default=1,
        metavar="N",
        help="so many at a time (default: 1)",
    )
    return parser
