"""`keras.utils`: one seed for everything, and counting names anew."""

from refimpl.tf._src import utils as _src
from refimpl.tf._src.utils import *

__all__: list[str] = []
__all__ += _src.__all__
