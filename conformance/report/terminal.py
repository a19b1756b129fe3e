"""The report as a table: layers down, subjects across."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.judging.verdict import Record, Verdict
from conformance.report.summary import Report

_LEGEND = (
    "✓ passed/total worst K{limit}  ~ rest expected  ✗ fail/stale/error  "
    "– unsupported (not in total)"
)
_LAYER_WIDTH = 31
_CELL_WIDTH = 17


@dataclass(frozen=True)
class Cell:
    """
    All claims about one layer of one subject.

    Attributes
    ----------
    passed, total : int
        Claims, without those that are unsupported: they are counted below the matrix.
    worst : float or None
        The largest K, if anything was measured.
    mark : str
        ``"✓"``, ``"~"``, ``"✗"`` or ``"–"``; empty where there are no claims.
    """

    passed: int
    total: int
    worst: float | None
    mark: str

    @classmethod
    def of(cls, records: Sequence[Record]) -> Cell:
        """
        Sum up.

        Parameters
        ----------
        records : sequence of Record
            The claims.

        Returns
        -------
        Cell
            Their sum.
        """
        verdicts = Counter(record.verdict for record in records)
        if not records:
            mark = ""
        elif any(not verdict.healthy for verdict in verdicts):
            mark = "✗"
        elif verdicts[Verdict.EXPECTED]:
            mark = "~"
        elif verdicts[Verdict.PASS]:
            mark = "✓"
        else:
            mark = "–"
        # The K of a recorded divergence says how far apart two conventions are, not how well
        # anything was computed.
        measured = [
            math.inf if math.isnan(record.k) else record.k
            for record in records
            if record.k is not None and record.verdict is not Verdict.EXPECTED
        ]
        return cls(
            passed=verdicts[Verdict.PASS],
            total=len(records) - verdicts[Verdict.UNSUPPORTED],
            worst=max(measured, default=None),
            mark=mark,
        )

    def text(self) -> Text:
        """
        Give the cell as it is printed.

        Returns
        -------
        Text
            Coloured by its mark.
        """
        style = {"✓": "green", "~": "yellow", "✗": "bold red", "–": "dim", "": ""}[self.mark]
        if self.mark in ("–", ""):
            return Text(self.mark, style)
        return Text(f"{self.mark} {self.passed}/{self.total} {_format_k(self.worst):>4}", style)


def render_report(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """
    Lay the report out for a terminal.

    Parameters
    ----------
    report : Report
        The run.
    width : int
        Columns to stay within.
    colour : bool
        Whether to use colours; without them the text holds no control sequences.

    Returns
    -------
    str
        The matrix, the recorded divergences that occurred, what is unsupported, and how many of
        the planned claims were checked.
    """
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
    )
    for subjects in _split_columns(report.subjects, width):
        console.print(_build_matrix(report, subjects))
        console.print()
    for title, sentence_of in _SECTIONS:
        _print_sentences(console, title, report, sentence_of)
    limits = {record.limit for record in report.records if record.limit is not None}
    limit = f" (limit {max(limits):.3g})" if limits else ""
    console.print(_LEGEND.format(limit=limit), style="dim")
    _print_conclusion(console, report)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _split_columns(subjects: Sequence[str], width: int) -> list[Sequence[str]]:
    """Split the columns into as many tables as it takes to stay within the width."""
    size = max(1, (width - _LAYER_WIDTH) // _CELL_WIDTH)
    return [subjects[start : start + size] for start in range(0, len(subjects), size)]


def _build_matrix(report: Report, subjects: Sequence[str]) -> Table:
    cells: dict[tuple[str, str], list[Record]] = {}
    for record in report.records:
        cells.setdefault((record.layer, record.subject), []).append(record)
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, show_footer=True)
    table.add_column("layer", "all layers", overflow="fold", max_width=_LAYER_WIDTH)
    for subject in subjects:
        whole = [record for record in report.records if record.subject == subject]
        table.add_column(
            f"{subject}  K",
            Cell.of(whole).text(),
            justify="right",
            min_width=_CELL_WIDTH - 1,
            overflow="fold",
        )
    for layer in report.layers:
        row = [Cell.of(cells.get((layer, subject), [])) for subject in subjects]
        if any(cell.mark for cell in row):
            table.add_row(layer, *(cell.text() for cell in row))
    return table


def _format_k(k: float | None) -> str:
    if k is None:
        return "–"
    if k == 0 or math.isinf(k):
        return f"{k:.0f}"
    if k >= 1000 or k < 0.005:
        return f"{k:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{k:.2f}" if k < 9.995 else f"{k:.0f}"


def _divergence_sentence(record: Record) -> str | None:
    return record.divergence if record.verdict is Verdict.EXPECTED else None


def _unsupported_reason(record: Record) -> str | None:
    return record.message if record.verdict is Verdict.UNSUPPORTED else None


def _pass_remark(record: Record) -> str | None:
    return record.message if record.verdict is Verdict.PASS and record.message else None


_SECTIONS: tuple[tuple[str, Callable[[Record], str | None]], ...] = (
    ("Recorded divergences that occurred", _divergence_sentence),
    ("Unsupported", _unsupported_reason),
    ("Remarks", _pass_remark),
)


def _print_sentences(
    console: Console,
    title: str,
    report: Report,
    sentence_of: Callable[[Record], str | None],
) -> None:
    """Print each sentence once, with how many claims it explains and whose they are."""
    groups: dict[str, list[Record]] = {}
    for record in report.records:
        sentence = sentence_of(record)
        if sentence is not None:
            groups.setdefault(sentence, []).append(record)
    if not groups:
        return
    console.print(f"{title}, in so many claims", style="bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for sentence, group in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        concerned = {record.subject for record in group}
        subjects = ", ".join(subject for subject in report.subjects if subject in concerned)
        grid.add_row(f"  {len(group)}", f"{sentence} ({subjects})")
    console.print(grid)
    console.print()


def _print_conclusion(console: Console, report: Report) -> None:
    verdicts = Counter(record.verdict for record in report.records)
    console.print(", ".join(f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict))
    line = f"checked {report.checked} of {report.planned} planned claims"
    if not report.complete:
        lost = report.planned - report.checked
        line += f": the run is incomplete, {lost} got no verdict"
    console.print(line, style="bold green" if report.healthy else "bold red")
    if not report.passed:
        console.print("No claim passed, so this run is not a success.", style="bold red")
    if report.unguarded:
        names = ", ".join(report.unguarded)
        console.print(
            f"{names} ran in the process that judges, where a subject can change its verdicts.",
            style="yellow",
            markup=False,
        )
