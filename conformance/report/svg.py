"""The matrix as an SVG picture: what the terminal shows, without the sentences below it."""

from __future__ import annotations

import io
import re

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from conformance.report.summary import Report
from conformance.report.terminal import render_report

# Wide enough for the four subjects and the two columns of their agreement side by side.
WIDTH = 156
# A page shows the picture with the fonts that the reader has; none is fetched.
_FONT_FACES = re.compile(r"\s*@font-face \{\{.*?\}\}", re.DOTALL)
_TEMPLATE = _FONT_FACES.sub("", CONSOLE_SVG_FORMAT).replace(
    "Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
)


def to_svg(report: Report, *, title: str = "python -m conformance") -> str:
    """
    Draw the matrix of a run.

    Parameters
    ----------
    report : Report
        The run.
    title : str
        What stands above it.

    Returns
    -------
    str
        An SVG document; equal for equal reports.
    """
    lines = Text.from_ansi(render_report(report, width=WIDTH, colour=True)).split()
    console = Console(
        file=io.StringIO(), width=WIDTH, record=True, force_terminal=True, legacy_windows=False
    )
    for line in _without_sentences(list(lines)):
        console.print(line, soft_wrap=True, highlight=False)
    return console.export_svg(title=title, code_format=_TEMPLATE, unique_id="matrix")


def _without_sentences(lines: list[Text]) -> list[Text]:
    """Leave out the recorded divergences and what is unsupported: they have pages of their own."""
    titles = [i for i, line in enumerate(lines) if line.plain.endswith(", in so many claims")]
    legend = next(i for i, line in enumerate(lines) if line.plain.startswith("✓ passed/total"))
    return lines[: min([*titles, legend])] + lines[legend:]
