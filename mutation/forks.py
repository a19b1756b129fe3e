"""Work in forked processes: each has its own world, and may hang or die."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from typing import Any


class Died(Exception):  # noqa: N818 - what became of a process
    """A process hung, died, or raised."""

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it who had nothing to do with its work."""
        return str(self) in {_ended(-each) for each in (signal.SIGTERM, signal.SIGKILL)}


def _ended(code: int) -> str:
    return f"ended with {code}"


def fork(work: Callable[[], Any], patience: float) -> tuple[int, Any]:
    """Start some work in a process of its own; give its number and the pipe it answers through.

    Its patience is seconds of processor time, so that other work on the machine does not make it
    look hung; one that waits is ended after ten times as many seconds.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, os.fdopen(reading, "rb")
    os.close(reading)
    for clock, seconds in ((signal.ITIMER_PROF, patience), (signal.ITIMER_REAL, 10 * patience)):
        signal.setitimer(clock, seconds)  # its signal ends the process
    try:
        answer: Any = work()
    except BaseException as error:
        answer = Died(f"{type(error).__name__}: {error}")
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(answer, pipe)
    os._exit(0)


def answer(child: int, pipe: Any) -> Any:
    """Wait for a process; what it returned, or a `Died`."""
    with pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    if data:
        return pickle.loads(data)
    code = os.waitstatus_to_exitcode(status)
    late = code in (-signal.SIGPROF, -signal.SIGALRM)
    return Died("took too long" if late else _ended(code))


def alone(work: Callable[[], Any], patience: float) -> Any:
    """Run one piece of work in a process of its own."""
    got = answer(*fork(work, patience))
    if isinstance(got, Died):
        raise got
    return got


def all_of(
    works: Iterable[tuple[Any, Callable[[], Any]]], jobs: int, patience: float
) -> Iterator[tuple[Any, Any]]:
    """Run many pieces of work, some at a time; yield each one's name and its answer."""
    pending = iter(works)
    running: dict[Any, tuple[Any, int]] = {}
    while True:
        while len(running) < jobs and (each := next(pending, None)) is not None:
            child, pipe = fork(each[1], patience)
            running[pipe] = (each[0], child)
        if not running:
            return
        for pipe in wait(list(running)):
            name, child = running.pop(pipe)
            yield name, answer(child, pipe)
