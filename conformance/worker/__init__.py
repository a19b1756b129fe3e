"""
A process of its own for what may hang, exit, crash or take all memory.

`Worker` is the side that asks, `child` the side that answers and may die of it. What is asked and
answered is no concern of this package.
"""

from __future__ import annotations

from conformance.worker.limits import Limits
from conformance.worker.parent import Died, Worker

__all__ = ["Died", "Limits", "Worker"]
