"""tf.nn.softplus, bfloat16: the output is wrong.

Got 2.90625, expected 2.959487780148678. K, the error in units of the bound, is 4.03. Exits 1 if
the failure is there, 0 if not. Needs TensorFlow.

Written by: conformance capsule output/softplus-all-bfloat16-tensorflow-nn
Seen with: Python 3.11.7, numpy 2.4.6, tensorflow-cpu 2.21.0, keras 3.15.1
"""

import sys
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

features = tf.constant([[2.90625]], tf.bfloat16)

output = tf.nn.softplus(features=features)
found = output

# log(1 + exp(x)), at x = 2.90625
print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
got = float(found[0, 0])
expected = 2.959487780148678
bound, limit = 0.013221880401721304, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
