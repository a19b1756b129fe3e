"""jax.nn.functional.celu, float32: the gradient of input is wrong.

Got 0.0, expected 1.026187963170189e-10. K, the error in units of the bound, is 4.19e+06. Exits
1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the
subject examples/subjects/jax_subject.py:Jax.

Written by: conformance capsule gradient/celu-extreme-float32-jax-function --subject examples/subjects/jax_subject.py:Jax
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[-23.0]]], np.float32)
output_cotangent = np.array([[[1.0]]], np.float32)

subject = load('examples/subjects/jax_subject.py:Jax')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.celu', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.0 * 1.026187963170189e-10) = 1.026187963170189e-10
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 1.026187963170189e-10
bound, limit = 2.44662276525882e-17, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
