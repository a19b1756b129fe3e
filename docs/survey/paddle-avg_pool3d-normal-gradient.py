"""paddle.nn.functional.avg_pool3d, float32: the gradient of input is wrong.

Got 1.0, expected 0.5. K, the error in units of the bound, is 6.95e+06. Exits 1 if the failure
is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule gradient/avg_pool3d-kmixed-stridemixed-padmixed-excludepad-divisor-normal-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[[[0.0]]]]], np.float32)
output_cotangent = np.array([[[[[1.0, 1.0]]]]], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.avg_pool3d', 'function', {'kernel_size': (1, 1, 2), 'stride': (1, 1, 1), 'padding': (0, 0, 1), 'ceil_mode': False, 'count_include_pad': False, 'divisor_override': 4}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.0 * 0.25) + (1.0 * 0.25) = 0.5
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0, 0, 0])
expected = 0.5
bound, limit = 7.194917354475306e-08, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
