"""The TensorFlow dialect: `tf.nn`, `tf.linalg`, `tf.keras` and `tf.random` in NumPy.

The modules here and below are faces: they hold the names that TensorFlow and Keras have at the same
place, and nothing else. The code is in `refimpl.tf._src`, one file for each family.

What holds for every function and layer, and is not said again at each: a function is called as
TensorFlow's and returns its output, and its `with_vjp` takes the same arguments and returns
`(output, vjp)`. An argument of a wrong type raises TypeError, one of a wrong value ValueError,
before any work, and the message names the argument. The way back (a layer's `backward`, a vjp)
holds the arrays of the call that it needs, and not copies of them: until it is gone, nothing may be
written into the call's arguments or its output, since that is not noticed.

What is not documented at each: a function's `name` is TensorFlow's label of the operation, and
changes nothing. A layer's `**kwargs` are the arguments of `keras.layers.Layer`. What Keras has and
refimpl has not may be None alone: regularisers and constraints of layers (`activity_regularizer`,
`kernel_regularizer`, `kernel_constraint`, `bias_regularizer`, `bias_constraint`,
`depthwise_regularizer`, `depthwise_constraint`, `beta_regularizer`, `beta_constraint`,
`gamma_regularizer`, `gamma_constraint`, `alpha_regularizer`, `alpha_constraint`).
"""

from refimpl.tf import compat, keras, linalg, math, nn, random
from refimpl.tf.linalg import matmul
from refimpl.tf.math import maximum

__all__ = ["compat", "keras", "linalg", "math", "matmul", "maximum", "nn", "random"]
