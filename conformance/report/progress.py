"""The progress of a run: a bar on a terminal, elsewhere a line for every tenth."""

from __future__ import annotations

import time

import pytest

_WIDTH = 30


class Progress:
    """
    Shows how many claims have been checked.

    Parameters
    ----------
    reporter : pytest.TerminalReporter
        Where to write. Its line for each test file is switched off, since claims are run case by
        case and the file changes with nearly every one of them.
    """

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter
        # what is worth showing next: a moment on a terminal, otherwise a tenth of the work
        self._next = 0.0 if reporter.isatty else 1.0
        self._started = time.monotonic()
        reporter.showfspath = False

    def show(self, checked: int, planned: int) -> None:
        """
        Say how far the run is, if it is time to say it.

        Parameters
        ----------
        checked, planned : int
            Claims.
        """
        if self._reporter.config.get_verbosity() > 0:
            return
        if self._reporter.isatty:
            now = time.monotonic()
            if now >= self._next or checked == planned:
                self._next = now + 0.1
                line = draw_bar(checked, planned, now - self._started)
                self._reporter.rewrite(line, erase=True)
        elif checked * 10 >= self._next * planned:
            self._next = checked * 10 // planned + 1
            self._reporter.write_line(f"checked {checked:,} of {planned:,} claims")


def draw_bar(checked: int, planned: int, seconds: float) -> str:
    """
    Draw the bar.

    Parameters
    ----------
    checked, planned : int
        Claims.
    seconds : float
        How long the checked ones took; the others are reckoned to take as long.

    Returns
    -------
    str
        One line of at most 79 columns.

    Examples
    --------
    >>> bar(500, 1000, 61.0)
    '━━━━━━━━━━━━━━━───────────────  50%  checked 500 of 1,000 claims, 1:01 left'
    """
    full = _WIDTH * checked // planned
    line = "━" * full + "─" * (_WIDTH - full)
    line += f" {100 * checked // planned:3d}%  checked {checked:,} of {planned:,} claims"
    if 0 < checked < planned:
        minutes, rest = divmod(round(seconds * (planned - checked) / checked), 60)
        line += f", {minutes}:{rest:02d} left"
    return line
