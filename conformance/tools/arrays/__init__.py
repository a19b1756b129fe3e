"""Judges arrays that a user brings: the answer of any function or layer, at any shapes.

A call is named in a framework's own words. refimpl's function or layer of that name is evaluated
on arrays that carry bounds (`evaluation`), which gives what must come out with the bound of every
number, and refuses a bad call by its argument; then the user's arrays are compared (`verdict`).
"""

from __future__ import annotations

from conformance.tools.arrays.arithmetic import Arithmetic
from conformance.tools.arrays.judgement import assert_conforms, verdict
from conformance.tools.arrays.verdict import ArraysVerdict, Comparison

__all__ = ["Arithmetic", "ArraysVerdict", "Comparison", "assert_conforms", "verdict"]
