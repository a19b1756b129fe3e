"""keras-on-jax.keras.activations.celu, float32: the gradient of input is wrong.

Got 0.0, expected 6.060118015653811e-18. K, the error in units of the bound, is 3.36e+06. Exits
1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the
subject examples/subjects/keras_subjects.py:KerasJax.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule gradient/celu-extreme-float32-keras-on-jax-activation --subject examples/subjects/keras_subjects.py:KerasJax
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.dialects.base import Call, Result, Slot
from conformance.subjects import load
from conformance.subjects.base import Request

x = np.array([[[-36.813965, -3.9112508, 4.510664, 0.4725533], [8.935698, -23.211407, 19.370722, 52.952137]]], np.float32)
output_cotangent = np.array([[[0.058963448, 0.3704839, -2.139546, -0.20469382], [-1.0133731, 0.09673072, 1.3902, 0.5010704]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasJax')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.celu', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
found = seen.gradients['x']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (0.05896344780921936 * 1.0277753830240347e-16) = 6.060118015653811e-18
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 6.060118015653811e-18
bound, limit = 1.806e-24, 4  # of an honest rounding; of K
error = abs(got - expected)
print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "
      f"K {error / bound:.4g} (limit {limit})")
sys.exit(not error <= limit * bound)
