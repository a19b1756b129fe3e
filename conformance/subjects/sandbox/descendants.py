"""Finds the processes that a process has begun, and ends them; none outlives its guard."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time

import psutil

_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36  # of Linux's prctl
_PATIENCE = 3.0  # seconds until processes that have been killed are gone


def adopt_orphans() -> None:
    """Let the descendants of this process whose parents end become its children.

    So one is found that has left its parent, its process group and its session. On systems other
    than Linux it is found as long as its parent lives.
    """
    _control_process(_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Let the system kill this process when its parent ends, where it can."""
    _control_process(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def kill_descendants() -> None:
    """Kill all descendants of this process, and wait until they are gone."""
    end = time.monotonic() + _PATIENCE
    this = psutil.Process()
    while time.monotonic() < end:
        found = this.children(recursive=True)
        if not found:
            return
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.001)


def _control_process(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
