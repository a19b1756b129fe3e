"""`keras.losses`: cross-entropies as functions and as classes with a reduction."""

from refimpl.tf._src import losses as _src
from refimpl.tf._src.losses import *

__all__: list[str] = []
__all__ += _src.__all__
