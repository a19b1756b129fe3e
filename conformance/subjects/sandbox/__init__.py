"""
Running what may hang, exit, crash or take all memory where that ends a process not our own.

`in_copy` does one thing in a copy of this process. A `Worker` is a process that answers question
after question, from `child`, and is begun anew when it has died of one. Both raise `Died`, which
says how, in the same words. What is run is no concern of this package.
"""

from __future__ import annotations

from conformance.subjects.sandbox.death import Died
from conformance.subjects.sandbox.fork import AVAILABLE, in_copy
from conformance.subjects.sandbox.limits import Limits
from conformance.subjects.sandbox.worker import Worker

__all__ = ["AVAILABLE", "Died", "Limits", "Worker", "in_copy"]
