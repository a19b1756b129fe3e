"""tf.nn.max_pool2d: the process was killed by SIGFPE.

The process was killed by SIGFPE, in place of an exception. Exits 0 if the failure is gone.
Needs TensorFlow.

Written by: conformance capsule errors/errors-tf-max_pool2d-output-0x0-normal-float32-tensorflow-call
Seen with: Python 3.11.7, numpy 2.4.6, tensorflow-cpu 2.21.0, keras 3.15.1
"""

import sys
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf

got, message, stage = "accepted", "", ""
try:
    made = tf.nn.max_pool2d(input=tf.fill((2, 6, 6, 4), tf.constant(1.0, tf.float32)), ksize=7, strides=1, padding='VALID')
except Exception as error:
    got, message = type(error).__name__ + stage, str(error)

print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)
print(got, message, "(expected: an exception)")
sys.exit(got == "accepted")
