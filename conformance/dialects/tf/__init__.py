"""TensorFlow's words: tf.nn functions, Keras layers, losses and activations."""

from __future__ import annotations

from conformance.dialects.base import (
    Dialect,
    chapter_forms,
    error_forms,
    program_forms,
    seeded_forms,
)
from conformance.dialects.tf import activation, conv, dropout, linear, loss, norm, pool

DIALECT = Dialect(
    "tf",
    {
        **conv.FORMS,
        **pool.FORMS,
        **linear.FORMS,
        **norm.FORMS,
        **dropout.FORMS,
        **activation.FORMS,
        **loss.FORMS,
        "chapter": chapter_forms("tf"),
        "seeded": seeded_forms("tf"),
        "errors": error_forms("tf"),
        "trajectory": program_forms("tf"),
    },
)
