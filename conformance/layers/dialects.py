"""Dialects translate a neutral case into the words and layouts of a family of subjects."""

from __future__ import annotations

from conformance.layers import dialects_tf as tf
from conformance.layers import dialects_torch as torch
from conformance.spec.call import Dialect

DIALECTS: dict[str, Dialect] = {"torch": torch.DIALECT, "tf": tf.DIALECT}
