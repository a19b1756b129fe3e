"""Runs one function in a fork of this process."""

from __future__ import annotations

import faulthandler
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from conformance.subjects.sandbox.death import ProcessDeath
from conformance.subjects.sandbox.descendants import die_with_parent
from conformance.subjects.sandbox.frames import receive_pickled, send_pickled, to_pickle
from conformance.subjects.sandbox.limits import Limits, disable_core_dumps

AVAILABLE = hasattr(os, "fork")
_Answer = TypeVar("_Answer")


def run_in_fork(run: Callable[[], _Answer], limits: Limits | None = None) -> _Answer:
    """Run a function in a copy of this process.

    Parameters
    ----------
    run : callable
        The function; what it returns must be something that can be pickled, and what it writes to
        the standard streams is dropped.
    limits : Limits, optional
        What it may cost.

    Returns
    -------
    object
        What it returned.

    Raises
    ------
    ProcessDeath
        If the copy was killed, ended by itself (as it does when the function raises), or was ended
        because it took too long.
    """
    limits = limits or Limits()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # or what waits to be written is written twice
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _run_as_fork(run, theirs, limits)
    theirs.close()
    with ours:
        answer = _receive_answer(ours, time.monotonic() + limits.seconds)
        status = _reap(pid, kill=answer is None)
    if answer is None:
        raise ProcessDeath.by_timeout(limits.seconds)
    if not answer:
        raise ProcessDeath.from_status(status)
    result: _Answer = answer[0]
    return result


def _run_as_fork(run: Callable[[], Any], connection: socket.socket, limits: Limits) -> None:
    """Run in the fork: send the answer, and exit without any clean-up of this process."""
    status = 1
    try:
        die_with_parent()
        faulthandler.disable()
        disable_core_dumps()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        limits.restrict_memory()
        send_pickled(connection, to_pickle(run()), lambda: None)
        status = 0
    finally:
        os._exit(status)


def _receive_answer(connection: socket.socket, deadline: float) -> tuple[Any, ...] | None:
    """The answer alone in a tuple; an empty one if the copy ended without; None for too late."""

    def wait() -> None:
        connection.settimeout(max(deadline - time.monotonic(), 1e-3))

    try:
        return (receive_pickled(connection, wait),)
    except EOFError:
        return ()
    except TimeoutError:
        return None


def _reap(pid: int, *, kill: bool) -> int:
    if kill:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
