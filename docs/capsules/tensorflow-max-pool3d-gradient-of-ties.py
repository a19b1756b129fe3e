"""tf.nn.max_pool3d, float32: the gradient of input is wrong.

Got 1.0, expected 0.0. Exits 1 if the failure is there, 0 if not. Needs TensorFlow.

Written by: conformance capsule gradient/max_pool3d-k3-ties-float32-tensorflow-nn
Seen with: Python 3.11.7, numpy 2.4.6, tensorflow-cpu 2.21.0, keras 3.15.1
"""

import sys
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

input = tf.constant([[[[[0.0], [0.0]], [[0.0], [0.0]]]]], tf.float32)
output_cotangent = tf.constant([[[[[0.0]], [[1.0]]]]], tf.float32)

watched = [input]
with tf.GradientTape() as tape:
    tape.watch(watched)
    output = tf.nn.max_pool3d(input=input, ksize=[1, 1, 2], strides=[1, 1, 1], padding='VALID', data_format='NDHWC')
gradients = tape.gradient([output], watched, [output_cotangent])
found = gradients[0]

# The gradient is the sum of cotangent * derivative of each output by this element:
#   0 = 0.0
print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
got = float(found[0, 0, 1, 1, 0])
expected = 0.0
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
