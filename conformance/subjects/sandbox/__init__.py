"""
Runs code that may hang, exit, crash or take all memory in a process of its own.

`run_in_fork` calls one function in a fork of this process. A `Worker` is a process that answers
one question after the other (`child`) and is started again after one that ended it. Both raise
`ProcessDeath`, which says how the process ended. The package knows nothing of what it runs.
"""

from __future__ import annotations

from conformance.subjects.sandbox.death import ProcessDeath
from conformance.subjects.sandbox.fork import AVAILABLE, run_in_fork
from conformance.subjects.sandbox.limits import Limits
from conformance.subjects.sandbox.worker import Worker

__all__ = ["AVAILABLE", "Limits", "ProcessDeath", "Worker", "run_in_fork"]
