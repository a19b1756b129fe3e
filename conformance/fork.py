"""Doing something deadly in a copy of this process, and hearing how it ended."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from collections.abc import Callable

AVAILABLE = hasattr(os, "fork")


class Died(Exception):  # noqa: N818 - it is what became of the copy, not a mistake of ours
    """The copy gave no answer; the message says how it ended, such as 'killed by SIGFPE'."""


def in_copy(run: Callable[[], str], seconds: float = 30.0) -> str:
    """Run a function in a copy of this process.

    Parameters
    ----------
    run : callable
        The function; what it writes to the standard streams is dropped.
    seconds : float
        How long it may take.

    Returns
    -------
    str
        What it returned.

    Raises
    ------
    Died
        If the copy was killed, ended by itself, or was ended because it took too long.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # or what waits to be written is written twice
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _answer(run, reading, writing)
    os.close(writing)
    try:
        status = _status(pid, time.monotonic() + seconds)
        if status is None:
            raise Died(f"ended after {seconds:g} s without an answer")
        if status:
            raise Died(_words(os.waitstatus_to_exitcode(status)))
        with os.fdopen(reading, "rb", closefd=False) as pipe:
            return pipe.read().decode()
    finally:
        os.close(reading)


def _answer(run: Callable[[], str], reading: int, writing: int) -> None:
    """Be the copy: answer, and leave without what this process would do at its own end."""
    status = 1
    try:
        os.close(reading)
        faulthandler.disable()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.write(writing, run().encode())  # a line: it fits into the pipe
        status = 0
    finally:
        os._exit(status)


def _status(pid: int, deadline: float) -> int | None:
    """Wait for the copy's end; one that takes too long is killed."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _words(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
