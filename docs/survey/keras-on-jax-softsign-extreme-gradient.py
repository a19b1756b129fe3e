"""keras-on-jax.keras.activations.softsign, float32: the gradient of input is wrong.

Got 0.0020661205053329468, expected 0.002066115702479339. K, the error in units of the bound, is
7.8. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance)
and the subject examples/subjects/keras_subjects.py:KerasJax.

Written by: conformance capsule gradient/softsign-extreme-float32-keras-on-jax-activation --subject examples/subjects/keras_subjects.py:KerasJax
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

x = np.array([[[-21.0]]], np.float32)
output_cotangent = np.array([[[1.0]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasJax')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.softsign', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['x']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.0 * 0.002066115702479339) = 0.002066115702479339
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 0.002066115702479339
bound, limit = 6.157505517864322e-10, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
