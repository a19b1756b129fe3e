"""mlx.nn.functional.elu, float32: the gradient of input is wrong.

Got 5.2158335582451453e-20, expected 5.215840963338427e-20. K, the error in units of the bound,
is 5.95. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl,
conformance) and the subject examples/subjects/mlx_subject.py:Mlx.

Written by: conformance capsule gradient/elu-extreme-float32-mlx-function --subject examples/subjects/mlx_subject.py:Mlx
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[-44.4]]], np.float32)
output_cotangent = np.array([[[1.0]]], np.float32)

subject = load('examples/subjects/mlx_subject.py:Mlx')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.elu', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.0 * 5.215840963338427e-20) = 5.215840963338427e-20
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 5.215840963338427e-20
bound, limit = 1.2435533936151715e-26, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
