"""paddle.nn.functional.softmax, float32: the output is wrong.

Got 1.6038109389511792e-28, expected 0.0. Exits 1 if the failure is there, 0 if not. Needs
NumPy, this package (refimpl, conformance) and the subject
examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule output/softmax-axis0-wide-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[0.0]], [[2217.0]]], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.softmax', 'function', {'dim': 0}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The expected value is the oracle's: float64, with a bound of every error.
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 0.0
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
