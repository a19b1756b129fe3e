"""``conformance kill-matrix``: runs refimpl with one mistake at a time, and counts what sees it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from conformance.spec.mutant import Mutant
from conformance.studies.kill_matrix.page import cells, page, shortcomings, summary, to_json
from conformance.studies.kill_matrix.run import MUTANTS, KillMatrix, run
from conformance.tools.arguments import positive_int
from conformance.tools.output import file_to_write, folder_to_write, save_files

DOCUMENT = "kill-matrix.md"


def main(arguments: Sequence[str]) -> int:
    """
    Run the mutants, and say what killed each.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        The exit status: 0 only if every mutant is killed, nothing healthy is rejected, every margin
        is wide enough or waived, and every row of the tables is needed or justified.
    """
    given = _parser().parse_args(arguments)
    chosen = [each for each in MUTANTS if all(word in each.id for word in given.k.split())]
    whole = len(chosen) == len(MUTANTS)
    if not chosen:
        print(f"no mutant's name has all of these words in it: {given.k}")
        return 2
    if given.docs is not None and not whole:
        print("--docs takes a run of all mutants; leave out -k")
        return 2
    console = Console(width=None if Console().is_terminal else 160)
    matrix = _run(chosen, given.processes, console)
    if not given.quiet:
        console.print(_table(matrix))
    wrong = list(shortcomings(matrix, whole=whole))
    for line in wrong:
        console.print(f"✗ {line}", markup=False, highlight=False)
    console.print(summary(matrix), highlight=False)
    files: dict[Path, str] = {}
    if given.report_json is not None:
        text = json.dumps(to_json(matrix), indent=1, ensure_ascii=False)
        files[given.report_json] = text + "\n"
    if given.docs is not None:
        files[given.docs / DOCUMENT] = page(matrix)
    saved = save_files("kill-matrix", files)
    return 0 if saved and not wrong else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="conformance kill-matrix",
        description="Runs wrong implementations over the claims of their layers.",
    )
    parser.add_argument(
        "-n",
        dest="processes",
        type=positive_int,
        default=os.cpu_count() or 1,
        metavar="PROCESSES",
        help="share the work among processes (default: one for each core)",
    )
    parser.add_argument(
        "-k", default="", metavar="WORDS", help="only mutants whose names have all of these words"
    )
    parser.add_argument(
        "--report-json", type=file_to_write, metavar="FILE", help="write the result to FILE"
    )
    parser.add_argument(
        "--docs", type=folder_to_write(DOCUMENT), metavar="DIR", help=f"write {DOCUMENT} into DIR"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="leave the table out")
    return parser


def _run(chosen: Sequence[Mutant], processes: int, console: Console) -> KillMatrix:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("judgements", total=None)
        return run(
            chosen,
            processes,
            lambda done, total: bar.update(task, completed=done, total=total),
        )


def _table(matrix: KillMatrix) -> Table:
    table = Table("mutant", "cases", "aspect", "K", "margin", box=None, pad_edge=False)
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for result in matrix.results:
        table.add_row(result.mutant.id, *cells(result))
    return table
