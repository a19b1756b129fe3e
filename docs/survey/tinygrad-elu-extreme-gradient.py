"""tinygrad.nn.functional.elu, float32: the gradient of input is wrong.

Got 0.0, expected 1.0. K, the error in units of the bound, is 4.19e+06. Exits 1 if the failure
is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/tinygrad_subject.py:Tinygrad.

Written by: conformance capsule gradient/elu-extreme-float32-tinygrad-function --subject examples/subjects/tinygrad_subject.py:Tinygrad
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[0.0]]], np.float32)
output_cotangent = np.array([[[1.0]]], np.float32)

subject = load('examples/subjects/tinygrad_subject.py:Tinygrad')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.elu', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.0 * 1.0) = 1.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 1.0
bound, limit = 2.384185795456517e-07, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
