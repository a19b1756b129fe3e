"""Running error analysis on arrays: every number of the oracle with the bound of its error.

`exact(value, unit)` makes inputs; any code that goes through NumPy's dispatch protocols computes
with them; `distance(got, expected)` judges. `docs/bounds.md` derives the rules.
"""

from __future__ import annotations

from conformance.oracle.bounds.bounded import Bounded, exact
from conformance.oracle.bounds.compare import claims, distance
from conformance.oracle.bounds.unit import LIMIT, TRANSCENDENTAL, Unit

__all__ = ["LIMIT", "TRANSCENDENTAL", "Bounded", "Unit", "claims", "distance", "exact"]
