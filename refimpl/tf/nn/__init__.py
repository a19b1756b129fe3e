"""`tf.nn`: functions of the input and of parameters that the caller keeps."""

from refimpl.tf._src.nn import activation as _activation
from refimpl.tf._src.nn import conv as _conv
from refimpl.tf._src.nn import dropout as _dropout
from refimpl.tf._src.nn import loss as _loss
from refimpl.tf._src.nn import norm as _norm
from refimpl.tf._src.nn import pooling as _pooling
from refimpl.tf._src.nn.activation import *
from refimpl.tf._src.nn.conv import *
from refimpl.tf._src.nn.dropout import *
from refimpl.tf._src.nn.loss import *
from refimpl.tf._src.nn.norm import *
from refimpl.tf._src.nn.pooling import *
from refimpl.tf.nn import experimental

__all__ = ["experimental"]
__all__ += _activation.__all__
__all__ += _conv.__all__
__all__ += _dropout.__all__
__all__ += _loss.__all__
__all__ += _norm.__all__
__all__ += _pooling.__all__
