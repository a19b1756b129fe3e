"""PyTorch's words: nn.Module classes and nn.functional functions, channels first."""

from __future__ import annotations

from conformance.layers import torch_windows as windows
from conformance.layers.activation import torch as activation
from conformance.layers.dropout import torch as dropout
from conformance.layers.linear import torch as linear
from conformance.layers.loss import torch as loss
from conformance.layers.norm import torch as norm
from conformance.spec.call import Dialect, chapter_forms, error_forms, program_forms, seeded_forms

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
