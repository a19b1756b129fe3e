"""Failure capsules: one failing claim as a short program that needs the implementation alone."""

from __future__ import annotations

from conformance.capsule.failure import Failure, NoCapsule
from conformance.capsule.guarded import written
from conformance.capsule.judgement import ASPECTS, look
from conformance.capsule.writer import Capsule, capsule

__all__ = ["ASPECTS", "Capsule", "Failure", "NoCapsule", "capsule", "look", "written"]
