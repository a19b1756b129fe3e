"""keras-on-jax.keras.activations.softsign, float32: the gradient of input is wrong.

Got 0.005924306809902191, expected 0.005924292833812332. K, the error in units of the bound, is
6.6. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance)
and the subject examples/subjects/keras_subjects.py:KerasJax.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule gradient/softsign-extreme-float32-keras-on-jax-activation --subject examples/subjects/keras_subjects.py:KerasJax
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.dialects.base import Call, Result, Slot
from conformance.subjects import load
from conformance.subjects.base import Request

x = np.array([[[-20.833576, 2.7671328, 21.142004, -1.5017047]]], np.float32)
output_cotangent = np.array([[[2.8241403, -0.26764807, 0.8941777, -0.8982213]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasJax')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.softsign', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
found = seen.gradients['x']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (2.8241403102874756 * 0.002097733179981162) = 0.005924292833812332
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 0.005924292833812332
bound, limit = 2.119e-09, 4  # of an honest rounding; of K
error = abs(got - expected)
print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "
      f"K {error / bound:.4g} (limit {limit})")
sys.exit(not error <= limit * bound)
