"""A signal that asks for the end gets it soon, with a report: SIGTERM and SIGHUP as Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

import psutil

# How long after a signal the processes that have been begun may go on, and this one: seconds.
CHILDREN_SECONDS, SECONDS = 2.5, 4.0


@contextlib.contextmanager
def end_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, as SIGINT does, while the block runs.

    Whatever then waits for something that does not come is ended: the processes that were begun
    after `CHILDREN_SECONDS`, and this one after `SECONDS`, with the exit status of a shell.

    Yields
    ------
    None
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    threading.Thread(target=_end_soon, args=(number,), daemon=True).start()
    if number != signal.SIGINT:  # a terminal sends that to all of its processes itself
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error):
                child.send_signal(signal.SIGINT)
    raise KeyboardInterrupt


def _end_soon(number: int) -> None:
    """End what does not end by itself. The time counts from the signal, whatever else happens."""
    began = time.monotonic()
    time.sleep(CHILDREN_SECONDS)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    time.sleep(max(began + SECONDS - time.monotonic(), 0))
    os._exit(128 + number)
