"""`tf.nn.experimental`: dropout that is a function of its seeds."""

from __future__ import annotations

from refimpl.tf.nn.dropout import stateless_dropout

__all__ = ["stateless_dropout"]
