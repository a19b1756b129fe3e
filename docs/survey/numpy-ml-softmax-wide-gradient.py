"""numpy-ml.keras.layers.Softmax, float64: the gradient of input is wrong.

Got -1.0, expected 0.0. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/numpy_ml_subject.py:NumpyMl.

Written by: conformance capsule gradient/softmax-axis0-wide-float64-numpy-ml-layer --subject examples/subjects/numpy_ml_subject.py:NumpyMl
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.array([[[0.0, 0.0]]], np.float64)
output_cotangent = np.array([[[0.0, 1.0]]], np.float64)

subject = load('examples/subjects/numpy_ml_subject.py:NumpyMl')
slots, results = (Slot('input', 'inputs', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.Softmax', 'class', {'axis': 0, 'dtype': 'float64'}, slots, results, None)
arrays = {'inputs': inputs}
seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
(output,) = seen.outputs
found = seen.gradients['inputs']

# The gradient is the sum of cotangent * derivative of each output by this element:
#   0 = 0.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 0.0
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
