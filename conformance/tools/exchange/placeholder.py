"""Whom a pack is written for: anybody who speaks a dialect, and has no divergence on record."""

from __future__ import annotations

from conformance.spec.call import Unsupported
from conformance.spec.request import Observation, Request


class PlaceholderTorch:
    """Somebody who is asked in PyTorch's words."""

    name = "asked"
    dialect = "torch"

    def run(self, request: Request) -> Observation:
        """Refuse: a pack is written without anybody's answer."""
        raise Unsupported("never: this one only asks")


class PlaceholderTf(PlaceholderTorch):
    """Somebody who is asked in TensorFlow's words."""

    dialect = "tf"


PLACEHOLDERS = {
    each.dialect: f"{__name__}:{each.__name__}" for each in (PlaceholderTorch, PlaceholderTf)
}
"""Dialect -> the name under which a pack's claims are planned."""
