"""One line that says how far a run has come."""

from __future__ import annotations

import time

import pytest


class Progress:
    """
    Shows how many claims have been checked: a line that moves, or one line for every tenth.

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
        line = f"checked {checked:,} of {planned:,} claims"
        if self._reporter.isatty:
            now = time.monotonic()
            if now >= self._next or checked == planned:
                self._next = now + 0.1
                self._reporter.rewrite(line, erase=True)
        elif checked * 10 >= self._next * planned:
            self._next = checked * 10 // planned + 1
            self._reporter.write_line(line)
