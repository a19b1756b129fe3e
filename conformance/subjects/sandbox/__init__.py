"""
Runs code that may hang, exit, crash or take all memory in a process of its own.

`run_in_fork` calls one function of our own in a fork of this process. A `GuardedProcess` answers
one question after the other, foreign code in it, and is started again after one that ended it; its
answers are data, and nothing of them is run. Both raise `ProcessDeath`, which says how the process
ended. The package knows nothing of what it runs.
"""

from __future__ import annotations

from conformance.subjects.sandbox.death import ProcessDeath
from conformance.subjects.sandbox.descendants import die_with_parent
from conformance.subjects.sandbox.fork import AVAILABLE, run_in_fork
from conformance.subjects.sandbox.frames import Frame, FrameError
from conformance.subjects.sandbox.guarded import SAFE_PATH, GuardedProcess
from conformance.subjects.sandbox.limits import Limits

__all__ = [
    "AVAILABLE",
    "SAFE_PATH",
    "Frame",
    "FrameError",
    "GuardedProcess",
    "Limits",
    "ProcessDeath",
    "die_with_parent",
    "run_in_fork",
]
