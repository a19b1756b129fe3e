"""A guarded process: it answers questions, and is started again after it has died."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
import weakref

from conformance.subjects.sandbox import guard
from conformance.subjects.sandbox.death import ProcessDeath
from conformance.subjects.sandbox.fork import AVAILABLE
from conformance.subjects.sandbox.frames import (
    Frame,
    FrameError,
    receive_answer,
    send_pickled,
    to_pickle,
)
from conformance.subjects.sandbox.limits import Limits

# How long the guard's preparation may take, and a process that has been killed until it is gone:
# seconds.
_START_SECONDS = 600.0
_EXIT_SECONDS = 5.0
# Python's setting not to look for modules in the folder where it is started, as the commands of
# this suite make it for their own processes. A subject's are to find what they always find.
SAFE_PATH = ("PYTHONSAFEPATH", "conformance")
# Tells a process of ours that it is one: it loads the user's script, which may begin with a run.
_MARK = "CONFORMANCE_SANDBOX"


class GuardedProcess:
    """A process that answers questions; it is started again after one that ended it.

    Parameters
    ----------
    factory : str
        'package.module:function': takes `setup`, and gives what answers; see
        `guard.AnswerFunction`.
    setup : object
        What the answers depend on.
    limits : Limits
        How much a question may cost.
    """

    def __init__(self, factory: str, setup: object, limits: Limits | None = None) -> None:
        self._factory, self._setup, self._limits = factory, setup, limits or Limits()
        self._control: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._asking = False
        self._guard = 0
        self._end_guard: weakref.finalize[..., GuardedProcess] | None = None

    def ask(self, question: object) -> Frame:
        """Ask, and wait for the answer.

        Parameters
        ----------
        question : object
            Anything that can be pickled.

        Returns
        -------
        Frame

        Raises
        ------
        ProcessDeath
            If the process exits, is killed, or does not answer in time.
        FrameError
            If what it answers is not a frame, or is too long.
        """
        data = to_pickle(question)
        if self._asking:  # the last question was interrupted, and its answer may still come
            self._kill()
        connection = self._connection or self._fork()
        deadline = time.monotonic() + self._limits.seconds
        self._asking = True
        try:
            send_pickled(connection, data, lambda: self._wait(connection, deadline, write=True))
            frame = receive_answer(
                connection, self._limits.answer, lambda: self._wait(connection, deadline)
            )
        except FrameError:
            self._kill()
            raise
        except (EOFError, OSError):
            raise ProcessDeath.from_status(self._await_end()) from None
        self._asking = False
        return frame

    def close(self) -> None:
        """End the process and its guard; a further question begins anew."""
        self._close_connection()
        if self._end_guard is not None:
            self._wake_guard()
            self._end_guard()
        self._control = self._end_guard = None

    def _wait(self, connection: socket.socket, deadline: float, *, write: bool = False) -> None:
        """Wait until the process takes or gives more, or until it has ended."""
        assert self._control is not None
        rest = max(deadline - time.monotonic(), 0)
        reading = [self._control] if write else [connection, self._control]
        readable, writable, _ = select.select(reading, [connection] if write else [], [], rest)
        if connection in readable or writable:
            return
        if self._control in readable:
            raise ProcessDeath.from_status(self._await_end())
        self._kill()
        raise ProcessDeath.by_timeout(self._limits.seconds)

    def _start(self) -> socket.socket:
        """Start the guard."""
        if not AVAILABLE:
            raise RuntimeError(
                "this system cannot keep a subject in a process of its own; --no-isolate runs it"
                " in this one"
            )
        if _MARK in os.environ:
            raise RuntimeError(
                "a process that guards a subject was asked to begin another one: where a script"
                " brings the subject, guard what it runs by `if __name__ == '__main__':`"
            )
        control, theirs = socket.socketpair()
        with theirs:
            code = f"from conformance.subjects.sandbox.guard import main; main({theirs.fileno()})"
            code = f"import sys; sys.path[:] = {sys.path!r}; {code}"
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_make_environment(),
                start_new_session=True,  # an interrupt is for us alone
            )
        self._control, self._guard = control, process.pid
        self._end_guard = weakref.finalize(self, _end_guard, process, control)
        setup = (sys.path, self._factory, self._setup, self._limits)
        with contextlib.suppress(OSError):  # a guard that is gone is told of below
            send_pickled(control, to_pickle(setup), lambda: None)
        if self._read_event(_START_SECONDS)[0] != guard.READY:
            self.close()
            raise RuntimeError("the process that guards a subject ended before it was ready")
        return control

    def _fork(self) -> socket.socket:
        """Let the guard fork a copy that answers."""
        control = self._control or self._start()
        connection, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(control, [guard.FORK], [theirs.fileno()])
            except OSError:  # somebody has ended the guard
                self.close()
                connection.close()
                return self._fork()
        connection.setblocking(False)
        self._connection, self._asking = connection, False
        return connection

    def _kill(self) -> None:
        """Kill what answers, and all that it began; its guard may go on."""
        if self._control is not None:
            self._wake_guard()
            with contextlib.suppress(OSError):
                self._control.sendall(guard.KILL)
            self._await_end()
        self._close_connection()

    def _await_end(self) -> int:
        """Return the exit status of what answered."""
        event, status = self._read_event(_EXIT_SECONDS)
        self._close_connection()
        if event != guard.ENDED:  # the guard does not answer, or has itself been killed
            self.close()
            return -signal.SIGKILL
        return status

    def _wake_guard(self) -> None:
        """Let the guard go on if somebody has stopped it."""
        with contextlib.suppress(OSError):
            os.kill(self._guard, signal.SIGCONT)

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._asking = None, False

    def _read_event(self, seconds: float) -> tuple[bytes, int]:
        """Read what the guard tells; an empty event if it is gone or silent."""
        assert self._control is not None
        self._control.settimeout(seconds)
        try:
            data = self._control.recv(guard.EVENT.size, socket.MSG_WAITALL)
        except OSError:
            data = b""
        self._control.settimeout(None)
        return guard.EVENT.unpack(data) if len(data) == guard.EVENT.size else (b"", 0)


def _make_environment() -> dict[str, str]:
    name, value = SAFE_PATH
    kept = {key: each for key, each in os.environ.items() if (key, each) != (name, value)}
    return {**kept, _MARK: "1"}


def _end_guard(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    control.close()  # it ends when it sees that
    try:
        process.wait(_EXIT_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
