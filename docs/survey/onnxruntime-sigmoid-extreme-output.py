"""onnxruntime.nn.functional.sigmoid, float32: the output is wrong.

Got 4.1037797927856445e-05, expected 4.1077852095447024e-05. K, the error in units of the bound,
is 2.73e+03. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl,
conformance) and the subject examples/subjects/onnx_subjects.py:OnnxRuntime.

Written by: conformance capsule output/sigmoid-extreme-float32-onnxruntime-function --subject examples/subjects/onnx_subjects.py:OnnxRuntime
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[-10.1]]], np.float32)

subject = load('examples/subjects/onnx_subjects.py:OnnxRuntime')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.sigmoid', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# 1 / (1 + exp(-x)), at x = -10.100000381469727
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 4.1077852095447024e-05
bound, limit = 1.4690988485755593e-11, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
