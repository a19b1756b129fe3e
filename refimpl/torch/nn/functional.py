"""The functions of `torch.nn.functional`, on NumPy arrays.

Each returns its output; its `with_vjp` returns `(output, vjp)`, see
`refimpl.differentiable.Differentiable`.
"""

from refimpl.torch._src.functional import activation as _activation
from refimpl.torch._src.functional import conv as _conv
from refimpl.torch._src.functional import dropout as _dropout
from refimpl.torch._src.functional import linear as _linear
from refimpl.torch._src.functional import loss as _loss
from refimpl.torch._src.functional import norm as _norm
from refimpl.torch._src.functional import norm_layer as _norm_layer
from refimpl.torch._src.functional import padding as _padding
from refimpl.torch._src.functional import pooling as _pooling
from refimpl.torch._src.functional.activation import *
from refimpl.torch._src.functional.conv import *
from refimpl.torch._src.functional.dropout import *
from refimpl.torch._src.functional.linear import *
from refimpl.torch._src.functional.loss import *
from refimpl.torch._src.functional.norm import *
from refimpl.torch._src.functional.norm_layer import *
from refimpl.torch._src.functional.padding import *
from refimpl.torch._src.functional.pooling import *

__all__ = [*_activation.__all__]
__all__ += _conv.__all__
__all__ += _dropout.__all__
__all__ += _linear.__all__
__all__ += _loss.__all__
__all__ += _norm.__all__
__all__ += _norm_layer.__all__
__all__ += _padding.__all__
__all__ += _pooling.__all__
