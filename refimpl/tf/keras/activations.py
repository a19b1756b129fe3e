"""`keras.activations`: functions of one array, by name or from `get`."""

from refimpl.tf._src import activations as _src
from refimpl.tf._src.activations import *

__all__: list[str] = []
__all__ += _src.__all__
