"""mlx.nn.functional.prelu, float32: the gradient of input is wrong.

Got 1.440000057220459, expected -0.16000000476837162. K, the error in units of the bound, is
1.68e+08. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl,
conformance) and the subject examples/subjects/mlx_subject.py:Mlx.

Written by: conformance capsule gradient/prelu-ties-float32-mlx-function --subject examples/subjects/mlx_subject.py:Mlx
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[0.0]]], np.float32)
weight = np.array([-0.1], np.float32)
output_cotangent = np.array([[[1.6]]], np.float32)

subject = load('examples/subjects/mlx_subject.py:Mlx')
slots, results = (Slot('input', 'input', 'input'), Slot('weight', 'weight', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.prelu', 'function', {}, slots, results, None)
arrays = {'input': input, 'weight': weight}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['input']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (1.600000023841858 * -0.10000000149011612) = -0.16000000476837162
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -0.16000000476837162
bound, limit = 9.536743466043166e-09, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
