"""
The guard: the process between the judge and the process that runs foreign code.

It runs no foreign code itself. It is prepared once, and whenever it is asked it forks a copy of
itself, which answers questions on a connection of its own. It tells the judge how a copy ended, and
sees to it that nothing which a copy began outlives it; or outlives the judge, however that ends.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.subjects.sandbox.descendants import (
    adopt_orphans,
    die_with_parent,
    kill_descendants,
)
from conformance.subjects.sandbox.frames import Frame, receive_pickled, send_answer
from conformance.subjects.sandbox.limits import Limits, disable_core_dumps

# Takes a question, returns the answer.
AnswerFunction: TypeAlias = "Callable[[Any], Frame]"

# What the judge says, and what it is told: an event with the exit status of a copy.
FORK, KILL = b"F", b"K"
READY, ENDED = b"R", b"E"
EVENT = struct.Struct("<ci")

_ASKING_FOR_THE_END = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(descriptor: int) -> None:
    """Guard until the judge closes its end.

    Parameters
    ----------
    descriptor : int
        The socket on which the judge speaks.
    """
    control = socket.socket(fileno=descriptor)
    path, factory, setup, limits = receive_pickled(control)
    sys.path[:] = path
    module, name = factory.split(":")
    prepare = getattr(importlib.import_module(module), name)
    # What the guarded code prints or reads shall not meet what others do.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    disable_core_dumps()
    adopt_orphans()
    for number in _ASKING_FOR_THE_END:  # it ends when the judge does, and not before
        signal.signal(number, signal.SIG_IGN)
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    control.sendall(EVENT.pack(READY, 0))
    copy = 0
    while True:
        waiting: list[Any] = [control, woken]
        ready, _, _ = select.select(waiting, [], [])
        if woken in ready:
            os.read(woken, 512)
            copy = _report_end(copy, control)
        if control in ready:
            try:
                word, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            except ConnectionError:  # the judge has gone, and left something unread
                word, descriptors = b"", []
            if word == FORK:
                copy = os.fork()
                if not copy:
                    control.close()
                    _become_copy(descriptors[0], lambda: prepare(setup), limits)
                os.close(descriptors[0])
            else:
                kill_descendants_of(copy)
                if word != KILL:
                    return
                if copy:  # reaped with the others; one that had ended before has been told of
                    _tell(control, -signal.SIGKILL)
                copy = 0


def kill_descendants_of(copy: int) -> None:
    """Kill a copy with all that it began.

    Parameters
    ----------
    copy : int
        Its process, whose group is killed first; 0 if there is none.
    """
    if copy:
        with contextlib.suppress(OSError):
            os.killpg(copy, signal.SIGKILL)
    kill_descendants()


def _report_end(copy: int, control: socket.socket) -> int:
    """Report how the copy ended, if it has, once all that it began is gone; return the one left."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            if pid == copy:
                kill_descendants_of(0)
                _tell(control, os.waitstatus_to_exitcode(status))
                return 0
    return copy


def _tell(control: socket.socket, status: int) -> None:
    """Send the exit status of the copy; a judge that has gone is noticed when it is listened to."""
    with contextlib.suppress(OSError):
        control.sendall(EVENT.pack(ENDED, status))


def _become_copy(descriptor: int, prepare: Callable[[], AnswerFunction], limits: Limits) -> None:
    """Answer questions until the connection is closed; never returns."""
    status = 1
    try:
        guard = os.getppid()
        die_with_parent()
        if os.getppid() == guard:  # else it had ended already
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, *_ASKING_FOR_THE_END):
                signal.signal(number, signal.SIG_DFL)
            connection = socket.socket(fileno=descriptor)
            limits.restrict_memory()
            answer = prepare()
            with contextlib.suppress(EOFError):
                while True:
                    send_answer(connection, answer(receive_pickled(connection)))
            status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)
