"""onnx.nn.functional.max_pool1d, float32: the output is wrong.

Got (1, 1, 1), expected (1, 1, 2). Exits 1 if the failure is there, 0 if not. Needs NumPy, this
package (refimpl, conformance) and the subject examples/subjects/onnx_subjects.py:OnnxReference.

Written by: conformance capsule output/max_pool1d-stridemixed-padmixed-ceil-indices-normal-float32-onnx-function --subject examples/subjects/onnx_subjects.py:OnnxReference
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[0.0]]], np.float32)

subject = load('examples/subjects/onnx_subjects.py:OnnxReference')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.max_pool1d', 'function', {'kernel_size': (2,), 'stride': (1,), 'padding': (1,), 'ceil_mode': True, 'dilation': (1,), 'return_indices': False}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The expected shape follows from the arguments.
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = tuple(found.shape)
expected = (1, 1, 2)
print("got", got, "expected", expected)
sys.exit(got != expected)
