"""A counter in one line of a terminal's error stream; nothing where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def show_count(what: str) -> Iterator[Callable[[int, int], None]]:
    """
    Show a count while something runs, and clear the line when it is done.

    Parameters
    ----------
    what : str
        What is counted.

    Yields
    ------
    callable
        Takes how many of how many are done.
    """
    moving = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        if moving:
            print(f"\r\033[K{done:,} of {total:,} {what}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if moving:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
