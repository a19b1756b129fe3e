"""Dialects translate a neutral case into the words and layouts of a family of subjects."""

from __future__ import annotations

from conformance.dialects import tf, torch
from conformance.dialects.base import Dialect

DIALECTS: dict[str, Dialect] = {"torch": torch.DIALECT, "tf": tf.DIALECT}
