"""paddle.nn.functional.avg_pool2d, float32: the gradient of input is wrong.

Got -0.20000001788139343, expected -0.20000000298023224. Exits 1 if the failure is there, 0 if
not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule gradient/avg_pool2d-kmixed-stride1-ceil-divisor-wide-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.full((1, 1, 3, 4), 0.0, np.float32)
output_cotangent = np.array([[[[0.0, 0.0, 0.0, -0.8]]]], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.avg_pool2d', 'function', {'kernel_size': (3, 1), 'stride': (1, 1), 'padding': (0, 0), 'ceil_mode': False, 'count_include_pad': True, 'divisor_override': 4}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (-0.800000011920929 * 0.25) = -0.20000000298023224
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0, 3])
expected = -0.20000000298023224
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
