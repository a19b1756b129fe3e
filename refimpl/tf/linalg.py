"""`tf.linalg`: the product of matrices."""

from refimpl.tf._src import linalg as _src
from refimpl.tf._src.linalg import *

__all__: list[str] = []
__all__ += _src.__all__
