"""How parameters begin (torch.nn.init): each function fills an array in place and returns it."""

from refimpl.torch._src.init import fans as _fans
from refimpl.torch._src.init import matrices as _matrices
from refimpl.torch._src.init import truncated as _truncated
from refimpl.torch._src.init.fans import *
from refimpl.torch._src.init.matrices import *
from refimpl.torch._src.init.truncated import *

__all__ = [*_fans.__all__]
__all__ += _matrices.__all__
__all__ += _truncated.__all__
