"""onnx.nn.functional.log_softmax, float32: the output is wrong.

Got -inf, expected -604.0. K, the error in units of the bound, is 9.35e+42. Exits 1 if the
failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/onnx_subjects.py:OnnxReference.

Written by: conformance capsule output/log_softmax-wide-float32-onnx-function --subject examples/subjects/onnx_subjects.py:OnnxReference
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[0.0], [604.0]]], np.float32)

subject = load('examples/subjects/onnx_subjects.py:OnnxReference')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.log_softmax', 'function', {'dim': 1}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The expected value is the oracle's: float64, with a bound of every error.
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -604.0
got = max(-3.4028234663852886e+38, min(got, 3.4028234663852886e+38))  # an infinity counts as this
bound, limit = 3.638352263926192e-05, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
