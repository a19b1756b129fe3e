"""The worker: a process that answers questions, and is started again after it has died."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from typing import Any

from conformance.subjects.sandbox.death import ProcessDeath
from conformance.subjects.sandbox.frames import receive, send
from conformance.subjects.sandbox.limits import Limits

# How long the preparation may take, and a process that has been killed until it is gone: seconds.
_START_SECONDS = 600
_EXIT_SECONDS = 10
# Tells a process of ours that it is one: it loads the user's script, which may begin with a run.
_MARK = "CONFORMANCE_SANDBOX"


class Worker:
    """A process that answers questions; it is started again after one that ended it.

    Parameters
    ----------
    factory : str
        'package.module:function': takes `setup`, and gives what answers; see `child.Servant`.
    setup : object
        What the answers depend on.
    limits : Limits
        How much a question may cost.
    """

    def __init__(self, factory: str, setup: object, limits: Limits | None = None) -> None:
        self._factory, self._setup, self._limits = factory, setup, limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._pid = 0
        self._asked = 0
        self._finalizer: weakref.finalize[..., Worker] | None = None

    def ask(self, question: object) -> Any:
        """Ask, and wait for the answer.

        Parameters
        ----------
        question : object
            Anything that can be pickled.

        Returns
        -------
        object

        Raises
        ------
        ProcessDeath
            If the process exits, is killed, or does not answer in time.
        """
        if self._process is None:
            self._start()
        if not self._pid:
            self._await_ready()
        about, limit = "", self._limits.seconds
        self._asked += 1
        try:
            send(self._pipe(), (self._asked, question))
        except BrokenPipeError:
            raise ProcessDeath.from_status(self._wait_for_exit(), about) from None
        while True:
            try:
                frame = self._frames.get(timeout=limit)
            except queue.Empty:
                self._kill()
                raise ProcessDeath.by_timeout(limit, about) from None
            if frame is None:
                raise ProcessDeath.from_status(self._wait_for_exit(), about)
            kind, number, *rest = frame
            if kind == "died" and number == self._pid:
                self._pid = 0
                raise ProcessDeath.from_status(rest[0], about)
            if number != self._asked:  # of a process that died between two questions
                continue
            if kind == "answer":
                return rest[0]
            about = rest[0]

    def close(self) -> None:
        """End the process."""
        if self._finalizer is not None:
            self._finalizer()
        self._process, self._pid = None, 0

    def _start(self) -> None:
        if _MARK in os.environ:
            raise RuntimeError(
                "a process that guards a subject was asked to begin another one: where a script"
                " brings the subject, guard what it runs by `if __name__ == '__main__':`"
            )
        code = "from conformance.subjects.sandbox.child import main; main()"
        code = f"import sys; sys.path[:] = {sys.path!r}; {code}"
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, _MARK: "1"},
            start_new_session=True,  # an interrupt is for us alone
        )
        assert process.stdout is not None
        self._process, self._frames, self._pid = process, queue.SimpleQueue(), 0
        listening = (process.stdout.fileno(), self._frames)
        reader = threading.Thread(target=_listen, args=listening, daemon=True)
        reader.start()
        self._finalizer = weakref.finalize(self, _end_process, process, reader)
        send(self._pipe(), (sys.path, self._factory, self._setup, self._limits))

    def _await_ready(self) -> None:
        """Wait until the process, or its next copy, is there."""
        end = time.monotonic() + _START_SECONDS
        while True:
            frame = self._frames.get(timeout=max(end - time.monotonic(), 0))
            if frame is None:
                died = ProcessDeath.from_status(self._wait_for_exit())
                raise RuntimeError(f"the process that guards a subject {died}")
            if frame[0] == "ready":
                self._pid = frame[1]
                return

    def _kill(self) -> None:
        """Kill the process that answers; the one that it was copied from may go on."""
        assert self._process is not None
        pid, self._pid = self._pid, 0
        if pid == self._process.pid:
            self.close()
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(queue.Empty):
            while True:
                frame = self._frames.get(timeout=_EXIT_SECONDS)
                if frame is None:
                    break
                if frame[0] == "died" and frame[1] == pid:
                    return
        self.close()

    def _wait_for_exit(self) -> int:
        """Return the exit status with which the whole process ended."""
        assert self._process is not None
        status = self._process.wait(_EXIT_SECONDS)
        self.close()
        return status

    def _pipe(self) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        return self._process.stdin.fileno()


def _listen(pipe: int, frames: queue.SimpleQueue[Any]) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            frames.put(receive(pipe))
    frames.put(None)


def _end_process(process: subprocess.Popen[bytes], reader: threading.Thread) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    reader.join(_EXIT_SECONDS)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()
