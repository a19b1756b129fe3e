"""Failure capsules: one failing claim as a short program that needs the implementation alone."""

from __future__ import annotations

from conformance.tools.reproducer.failure import Failure, NoCapsule
from conformance.tools.reproducer.failure_of import ASPECTS, look
from conformance.tools.reproducer.sandboxed import written
from conformance.tools.reproducer.writer import Capsule, capsule

__all__ = ["ASPECTS", "Capsule", "Failure", "NoCapsule", "capsule", "look", "written"]
