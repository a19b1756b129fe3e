"""What ``conformance init`` writes: adapters that work as they are, to be filled in."""

from __future__ import annotations
