"""
The process that answers questions.

Where the system can fork, it prepares itself once and lets a copy of itself answer, question after
question. When the copy dies it says how, and forks another: what was prepared (a framework takes
seconds to import) is not lost.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

from conformance.subjects.sandbox.frames import receive, send
from conformance.subjects.sandbox.limits import Limits, disable_core_dumps

# Takes a question and a function to announce what is about to run; returns the answer.
AnswerFunction: TypeAlias = "Callable[[Any, Callable[[str], None]], Any]"

# How many seconds beyond its limit a question may take before the process ends itself, in case the
# parent is gone.
_ORPHAN = 60


def main() -> None:
    """Answer questions until the pipe is closed."""
    questions, answers = os.dup(0), os.dup(1)
    # What the guarded code prints or reads shall not meet the answers.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    disable_core_dumps()
    path, factory, setup, limits = receive(questions)
    sys.path[:] = path
    module, name = factory.split(":")
    answer: AnswerFunction = getattr(importlib.import_module(module), name)(setup)
    if not hasattr(os, "fork"):
        _answer_questions(answer, questions, answers, limits)
        return
    while True:
        copy = os.fork()
        if not copy:
            limits.restrict_memory()
            _answer_questions(answer, questions, answers, limits)
            os.killpg(0, signal.SIGKILL)  # the pipe is closed: end the original, too
        _, status = os.waitpid(copy, 0)
        send(answers, ("died", copy, os.waitstatus_to_exitcode(status)))


def _answer_questions(answer: AnswerFunction, questions: int, answers: int, limits: Limits) -> None:
    send(answers, ("ready", os.getpid()))
    with contextlib.suppress(EOFError):
        while True:
            number, question = receive(questions)

            def about(what: str, number: int = number) -> None:
                send(answers, ("about", number, what))
                _set_exit_timer(limits.seconds + _ORPHAN)

            about("")
            send(answers, ("answer", number, answer(question, about)))
            _set_exit_timer(0)


def _set_exit_timer(seconds: float) -> None:
    """Let the system end this process, whatever it is doing then; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
