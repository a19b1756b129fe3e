"""Subjects that behave like refimpl until they are asked for nn.Softsign, and then fail."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from conformance.layers.registry import layer_cases
from conformance.spec.request import Observation
from conformance.subjects.refimpl import RefimplTorch


class FaultySubject(RefimplTorch):
    """Refimpl, up to a point."""

    def run(self, request):
        if request.call.target == "nn.Softsign" and not request.fresh:
            self.fail(request)
        return super().run(request)

    def fail(self, request):
        raise NotImplementedError


class Raises(FaultySubject):
    name = "raises"

    def fail(self, request):
        raise RuntimeError("no softsign today")


class Hangs(FaultySubject):
    name = "hangs"

    def fail(self, request):
        time.sleep(3600)


class SleepsAndForks(FaultySubject):
    """Hangs, after it has begun a process in a session of its own; its processes have a name."""

    name = "sleeps-and-forks"

    def fail(self, request):
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
        ctypes.CDLL(None).prctl(15, b"hanging", 0, 0, 0)
        time.sleep(3600)


class Exits(FaultySubject):
    name = "exits"

    def fail(self, request):
        sys.exit(3)


class Leaves(FaultySubject):
    name = "leaves"

    def fail(self, request):
        os._exit(0)


class Skips(FaultySubject):
    name = "skips"

    def fail(self, request):
        pytest.skip("nothing to see here")


class Aborts(FaultySubject):
    name = "aborts"

    def fail(self, request):
        os.abort()


class Segfaults(FaultySubject):
    name = "segfaults"

    def fail(self, request):
        ctypes.string_at(0)


class Divides(FaultySubject):
    name = "divides"

    def fail(self, request):
        os.kill(os.getpid(), signal.SIGFPE)  # as an integer division by zero in C does


class Devours(FaultySubject):
    name = "devours"

    def fail(self, request):
        self.hoard = [np.ones(1 << 28, np.uint8) for _ in range(64)]  # 16 GiB


class IsKilled(FaultySubject):
    name = "killed"

    def fail(self, request):
        os.kill(os.getpid(), signal.SIGKILL)  # as a system without memory does


class DiesBackwards(FaultySubject):
    """Goes forward well, and dies of a gradient."""

    name = "dies-backwards"

    def fail(self, request):
        if request.cotangents:
            os.abort()


class DiesInPrograms(RefimplTorch):
    """Dies when its library is asked for."""

    name = "dies-in-programs"

    def library(self):
        os.abort()


class LooksAnswersUp(RefimplTorch):
    """Knows the published inputs of softsign by heart, and nothing of softsign."""

    name = "looks-answers-up"

    def run(self, request):
        if not request.call.target.lower().endswith("softsign") or request.fresh:
            return super().run(request)
        (case,) = (case for case in layer_cases() if case.id == request.case)
        answers = {case.draw("input").tobytes(): super().run(request)}
        (input,) = request.arrays.values()
        known = answers.get(input.tobytes())
        return Observation((np.zeros_like(input),)) if known is None else known


class DiesLoaded(FaultySubject):
    name = "dies-loaded"

    def __init__(self):
        os.abort()


class LoadsOnce(FaultySubject):
    """Can be loaded by one process alone, and ends it."""

    name = "loads-once"

    def __init__(self):
        loaded = Path(os.environ["CONFORMANCE_TEST_LOADED"])
        if loaded.exists():
            raise OSError("not twice")
        loaded.touch()
        super().__init__()

    def fail(self, request):
        os.abort()


class Talks(FaultySubject):
    """Prints, and reads what it can get."""

    name = "talks"

    def fail(self, request):
        print("to whom it may concern")
        os.write(1, b"\x00\x01 and so on \xff")
        assert sys.stdin.read() == ""
