"""The reproducer writes a failing claim as a short program, called a capsule."""

from __future__ import annotations

from conformance.tools.reproducer.failure import Failure, NoCapsule
from conformance.tools.reproducer.failure_of import ASPECTS, find_failure
from conformance.tools.reproducer.writer import Capsule, make_capsule

__all__ = [
    "ASPECTS",
    "Capsule",
    "Failure",
    "NoCapsule",
    "find_failure",
    "make_capsule",
]
