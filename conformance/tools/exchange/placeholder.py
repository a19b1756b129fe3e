"""Placeholders for the subject of a pack: of a dialect, and without recorded divergences."""

from __future__ import annotations

from conformance.spec.call import Unsupported
from conformance.spec.request import Observation, Request


class _Placeholder:
    """A subject that is planned for, and never run."""

    name = "placeholder"
    dialect = ""

    def run(self, request: Request) -> Observation:
        """Raise `Unsupported`: a pack is written without any answer."""
        raise Unsupported("never: a placeholder does not answer")


class PlaceholderTorch(_Placeholder):
    """Stands for a subject of PyTorch's dialect."""

    dialect = "torch"


class PlaceholderTf(_Placeholder):
    """Stands for a subject of TensorFlow's dialect."""

    dialect = "tf"


PLACEHOLDERS = {
    each.dialect: f"{__name__}:{each.__name__}" for each in (PlaceholderTorch, PlaceholderTf)
}
"""Dialect -> the name under which a pack's claims are planned."""
