"""PyTorch's words: nn.Module classes and nn.functional functions, channels first."""

from __future__ import annotations

from conformance.dialects.base import (
    Dialect,
    chapter_forms,
    error_forms,
    program_forms,
    seeded_forms,
)
from conformance.dialects.torch import activation, dropout, linear, loss, norm, windows

DIALECT = Dialect(
    "torch",
    {
        **windows.FORMS,
        **linear.FORMS,
        **norm.FORMS,
        **dropout.FORMS,
        **activation.FORMS,
        **loss.FORMS,
        "chapter": chapter_forms("torch"),
        "seeded": seeded_forms("torch"),
        "errors": error_forms("torch"),
        "trajectory": program_forms("torch"),
    },
)
