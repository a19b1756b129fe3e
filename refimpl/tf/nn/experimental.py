"""`tf.nn.experimental`: dropout that is a function of its seeds."""

from refimpl.tf._src.nn.dropout import stateless_dropout

__all__ = ["stateless_dropout"]
