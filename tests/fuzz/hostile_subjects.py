"""Subjects that are wrong by one, and try to pass, to stop the run or to outlive it.

Public harnesses for generated code have been fooled or stopped in each of these ways: by patched
checks, equal-to-everything objects, forged output, stale caches, lazy arrays, answers found by the
garbage collector, daemons, and messages that cannot be printed.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np

from conformance.spec.call import Unsupported
from conformance.spec.request import Observation
from conformance.subjects.refimpl import RefimplTorch

ATTACKS = {}


class Wrong(RefimplTorch):
    """Softsign plus one."""

    def run(self, request):
        observation = super().run(request)
        if not request.fresh and request.call.target.lower().endswith("softsign"):
            outputs = tuple(output + 1 for output in observation.outputs)
            observation = self.attack(request, replace(observation, outputs=outputs))
        return observation

    def attack(self, request, wrong):
        return wrong


def attack(function):
    """Make a subject of a way to answer."""
    name = function.__name__
    members = {"name": name.replace("_", "-"), "attack": staticmethod(function)}
    ATTACKS[name] = globals()[name] = type(name, (Wrong,), members)
    return ATTACKS[name]


# Fooling. ---------------------------------------------------------------------------------------


@attack
def patches_the_record(request, wrong):
    import conformance.judging.verdict as verdict

    def accept(record, **fields):
        for field, value in fields.items():
            object.__setattr__(record, field, value)
        object.__setattr__(record, "verdict", verdict.Verdict.PASS)

    verdict.Record.__init__ = accept
    verdict.Verdict.healthy = property(lambda self: True)
    return wrong


@attack
def patches_the_comparison(request, wrong):
    import conformance.checks.finding as finding
    import conformance.judging.judge as judging
    import conformance.oracle.bounds as bounds

    finding.compare_within_bound = lambda what, *others, **more: finding.Finding(what, 0.0)
    bounds.distance = judging.find = lambda *given, **more: np.zeros(1)
    np.allclose = np.array_equal = lambda *given, **more: True
    return wrong


@attack
def patches_numpy(request, wrong):
    np.isfinite = np.isnan = np.abs = lambda array, **more: np.zeros(np.shape(array), bool)
    return wrong


@attack
def sends_a_verdict(request, wrong):
    from conformance.subjects.sandbox import guard
    from conformance.subjects.sandbox.frames import Frame

    guard.send_answer(connections()[0], Frame(["value", {"verdict": "pass", "k": 0.0}]))
    return wrong


@attack
def sends_a_pickle(request, wrong):
    class Bomb:
        def __reduce__(self):
            return os._exit, (0,)

    data = pickle.dumps(Bomb())
    connections()[0].sendall(struct.pack("<Q", len(data)) + data)
    return wrong


@attack
def sends_garbage(request, wrong):
    connections()[0].sendall(b"\xff" * 5000)
    return wrong


@attack
def announces_an_endless_answer(request, wrong):
    connections()[0].sendall(struct.pack("<Q", 1 << 62))
    return wrong


@attack
def announces_endless_arrays(request, wrong):
    text = json.dumps([["value", None], [1 << 60]]).encode()
    connections()[0].sendall(struct.pack("<Q", len(text)) + text)
    return wrong


@attack
def stops_in_the_middle_of_an_answer(request, wrong):
    connections()[0].sendall(struct.pack("<Q", 1000) + b"[")
    time.sleep(60)
    return wrong


@attack
def closes_every_descriptor(request, wrong):
    os.closerange(0, 256)
    return wrong


@attack
def equals_everything(request, wrong):
    class Equal(np.ndarray):
        def __eq__(self, other):
            return np.ones(self.shape, bool)

        def __sub__(self, other):
            return np.zeros(self.shape)

        __rsub__ = __sub__

    return replace(wrong, outputs=tuple(output.view(Equal) for output in wrong.outputs))


@attack
def defers_its_answer(request, wrong):
    class Lazy:
        def __array__(self, dtype=None, copy=None):
            return wrong.outputs[0]

        def __getattr__(self, name):
            return getattr(wrong.outputs[0], name)

    return replace(wrong, outputs=(Lazy(),))


@attack
def changes_with_each_look(request, wrong):
    class Fickle(Observation):
        @property
        def outputs(self):
            return tuple(np.full_like(output, np.nan) for output in wrong.outputs)

    made = object.__new__(Fickle)
    for field in ("gradients", "state", "inputs", "owned", "same_object", "lacking"):
        object.__setattr__(made, field, getattr(wrong, field))
    return made


@attack
def answers_nothing(request, wrong):
    return replace(wrong, outputs=())


@attack
def answers_none(request, wrong):
    return None


@attack
def answers_nan(request, wrong):
    return replace(wrong, outputs=tuple(np.full_like(output, np.nan) for output in wrong.outputs))


@attack
def answers_with_objects(request, wrong):
    return replace(wrong, outputs=tuple(output.astype(object) for output in wrong.outputs))


@attack
def answers_with_an_endless_view(request, wrong):
    return replace(wrong, outputs=(np.broadcast_to(np.float32(0), (1 << 20, 1 << 20)),))


@attack
def says_everything_is_lacking(request, wrong):
    fields = ("outputs", "gradients", "state", "inputs", "owned", "same_object")
    return replace(wrong, lacking=dict.fromkeys(fields, "never: x"))


@attack
def gives_a_reason_of_its_own(request, wrong):
    raise Unsupported("all is well")


@attack
def writes_over_its_inputs(request, wrong):
    for array in request.arrays.values():
        array[...] = 0
    return wrong


@attack
def searches_for_answers(request, wrong):
    found = [each for each in gc.get_objects() if type(each).__name__ in ("Bounded", "Expected")]
    assert not found, "an expected value lies in this process"
    return wrong


@attack
def prints_a_table(request, wrong):
    for stream in (sys.stdout, sys.stderr, sys.__stdout__):
        print("\x1b[2J✓ 53/53\n=== 53 passed ===", file=stream, flush=True)
    return wrong


# Stopping. --------------------------------------------------------------------------------------


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@attack
def raises_what_cannot_be_printed(request, wrong):
    raise UnprintableError


@attack
def raises_a_surrogate(request, wrong):
    raise ValueError("\ud800 \x1b[2J <script>alert(1)</script> | [bold]")


@attack
def raises_ten_megabytes(request, wrong):
    raise ValueError("x" * 10_000_000)


@attack
def raises_under_a_long_name(request, wrong):
    raise type("X" * 100_000 + "\n\x1b[2J", (Exception,), {})("no")


@attack
def interrupts(request, wrong):
    raise KeyboardInterrupt


@attack
def leaves_by_generator_exit(request, wrong):
    raise GeneratorExit


@attack
def recurses(request, wrong):
    return recurses.attack(request, wrong)


@attack
def patches_its_own_messages(request, wrong):
    import conformance.spec.text as text
    import conformance.subjects.remote.service as service

    text.message_of = service.message_of = service.encode = lambda *given: 1j
    raise ValueError


@attack
def signals_itself(request, wrong):
    os.kill(os.getpid(), signal.SIGSTOP)
    return wrong


@attack
def stops_its_guard(request, wrong):
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(60)
    return wrong


@attack
def kills_its_guard(request, wrong):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
    return wrong


@attack
def kills_its_group(request, wrong):
    os.killpg(0, signal.SIGKILL)
    return wrong


@attack
def ignores_signals(request, wrong):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(60)
    return wrong


@attack
def holds_the_interpreter(request, wrong):
    ctypes.pythonapi.sleep(60)
    return wrong


@attack
def forks_and_answers_twice(request, wrong):
    os.fork()
    return wrong


@attack
def eats_memory(request, wrong):
    kept = []
    while True:
        kept.append(np.ones(1 << 24))


@attack
def writes_without_end(request, wrong):
    connection = connections()[0]
    while True:
        connection.sendall(bytes(1 << 16))


# Outliving. -------------------------------------------------------------------------------------


@attack
def leaves_a_child(request, wrong):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    return wrong


@attack
def leaves_a_daemon(request, wrong):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with contextlib.suppress(BaseException):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.closerange(0, 256)
                time.sleep(600)
        os._exit(0)
    os.wait()
    return wrong


@attack
def leaves_a_daemon_and_dies(request, wrong):
    leaves_a_daemon.attack(request, wrong)
    os.abort()


@attack
def dies_later(request, wrong):
    threading.Timer(0.01, os.abort).start()
    return wrong


def connections():
    """The sockets of this process, as a subject may find them."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                found.append(socket.socket(fileno=os.dup(int(name))))
    return found
