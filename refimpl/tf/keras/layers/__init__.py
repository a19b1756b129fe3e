"""`keras.layers`: constructed with hyper-parameters, then called."""

from refimpl.tf._src.layers import activation as _activation
from refimpl.tf._src.layers import conv as _conv
from refimpl.tf._src.layers import dropout as _dropout
from refimpl.tf._src.layers import layer as _layer
from refimpl.tf._src.layers import linear as _linear
from refimpl.tf._src.layers import norm as _norm
from refimpl.tf._src.layers import norm_layer as _norm_layer
from refimpl.tf._src.layers import pooling as _pooling
from refimpl.tf._src.layers.activation import *
from refimpl.tf._src.layers.conv import *
from refimpl.tf._src.layers.dropout import *
from refimpl.tf._src.layers.layer import *
from refimpl.tf._src.layers.linear import *
from refimpl.tf._src.layers.norm import *
from refimpl.tf._src.layers.norm_layer import *
from refimpl.tf._src.layers.pooling import *

__all__: list[str] = []
__all__ += _activation.__all__
__all__ += _conv.__all__
__all__ += _dropout.__all__
__all__ += _layer.__all__
__all__ += _linear.__all__
__all__ += _norm.__all__
__all__ += _norm_layer.__all__
__all__ += _pooling.__all__
