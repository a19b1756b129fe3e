"""onnx.nn.functional.nll_loss, float32: it raises ValueError.

Got ValueError: cannot reshape array of size 0 into shape (0,1,newaxis), expected an answer.
Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and
the subject examples/subjects/onnx_subjects.py:OnnxReference.

Written by: conformance capsule empty/nll_loss-2d-weighted-allignored-ignore2-empty-normal-float32-onnx-function --subject examples/subjects/onnx_subjects.py:OnnxReference
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.full((0, 1, 1, 1), 0, np.float32)
target = np.full((0, 1, 1), 0, np.int64)

subject = load('examples/subjects/onnx_subjects.py:OnnxReference')
raised = None
try:
    slots, results = (Slot('input', 'input', 'input'), Slot('target', 'target', 'input'), ), (Result('output', differentiated=True), )
    call = Call('nn.functional.nll_loss', 'function', {'ignore_index': 2, 'reduction': 'sum'}, slots, results, None)
    arrays = {'input': input, 'target': target}
    seen = subject.run(Request(call, arrays, (), ()))
    (output,) = seen.outputs
except BaseException as error:
    raised = error

print("NumPy", np.__version__, "refimpl", refimpl.__version__)
print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")
sys.exit(raised is not None)
