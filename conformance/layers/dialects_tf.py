"""TensorFlow's words: tf.nn functions, Keras layers, losses and activations."""

from __future__ import annotations

from conformance.layers.activation import tf as activation
from conformance.layers.conv import tf as conv
from conformance.layers.dropout import tf as dropout
from conformance.layers.linear import tf as linear
from conformance.layers.loss import tf as loss
from conformance.layers.norm import tf as norm
from conformance.layers.pooling import tf as pool
from conformance.spec.call import Dialect, chapter_forms, error_forms, program_forms, seeded_forms

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
