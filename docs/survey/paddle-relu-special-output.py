"""paddle.nn.functional.relu, float32: the output is wrong.

Got 0.0, expected nan. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule output/relu-special-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
from math import nan
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[nan]]], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.relu', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# max(x, 0), at x = nan
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = float("nan")
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got != got)
