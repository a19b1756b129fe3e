"""tf.keras.layers.Conv1D, float32: the output is wrong.

Got -1.0, expected 1.0. K, the error in units of the bound, is 3.36e+07. Exits 1 if the failure
is there, 0 if not. Needs TensorFlow.

Written by: conformance capsule output/conv1d-k1-stridemixed-normal-float32-tensorflow-keras_ncx
Seen with: Python 3.11.7, numpy 2.4.6, tensorflow-cpu 2.21.0, keras 3.15.1
"""

import sys
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

inputs = tf.fill((1, 1, 11), tf.constant(0.0, tf.float32))
kernel = tf.constant([[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]], tf.float32)
bias = tf.constant([1.0, 1.0, 1.0, 1.0, 1.0, -1.0], tf.float32)

layer = tf.keras.layers.Conv1D(filters=6, kernel_size=(1,), strides=(2,), padding='valid', data_format='channels_first', dilation_rate=(1,), groups=1, activation=None, use_bias=True, dtype='float32')
layer.build(inputs.shape)
layer.kernel.assign(kernel)
layer.bias.assign(bias)
output = layer(inputs)
found = output

# The output is the sum of input * weight in its window, and the bias:
#   1.0 = 1.0
print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
got = float(found[0, 0, 5])
expected = 1.0
bound, limit = 5.960464488641293e-08, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
