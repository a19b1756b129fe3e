"""The layers of `torch.nn`, on NumPy arrays."""

from refimpl.torch._src import parameter as _parameter
from refimpl.torch._src.modules import activation as _activation
from refimpl.torch._src.modules import container as _container
from refimpl.torch._src.modules import conv as _conv
from refimpl.torch._src.modules import dropout as _dropout
from refimpl.torch._src.modules import linear as _linear
from refimpl.torch._src.modules import loss as _loss
from refimpl.torch._src.modules import module as _module
from refimpl.torch._src.modules import norm as _norm
from refimpl.torch._src.modules import norm_layer as _norm_layer
from refimpl.torch._src.modules import pooling as _pooling
from refimpl.torch._src.modules.activation import *
from refimpl.torch._src.modules.container import *
from refimpl.torch._src.modules.conv import *
from refimpl.torch._src.modules.dropout import *
from refimpl.torch._src.modules.linear import *
from refimpl.torch._src.modules.loss import *
from refimpl.torch._src.modules.module import *
from refimpl.torch._src.modules.norm import *
from refimpl.torch._src.modules.norm_layer import *
from refimpl.torch._src.modules.pooling import *
from refimpl.torch._src.parameter import *
from refimpl.torch.nn import functional, init

__all__ = ["functional", "init"]
__all__ += _activation.__all__
__all__ += _container.__all__
__all__ += _conv.__all__
__all__ += _dropout.__all__
__all__ += _linear.__all__
__all__ += _loss.__all__
__all__ += _module.__all__
__all__ += _norm.__all__
__all__ += _norm_layer.__all__
__all__ += _parameter.__all__
__all__ += _pooling.__all__
