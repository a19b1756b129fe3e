"""paddle.nn.functional.logsigmoid, float32: the output is wrong.

Got -0.0, expected -4.139937633089748e-08. K, the error in units of the bound, is 2.1e+06. Exits
1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the
subject examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule output/log_sigmoid-extreme-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[17.0]]], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.logsigmoid', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# -log(1 + exp(-x)), at x = 17.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -4.139937633089748e-08
bound, limit = 1.97407631467452e-14, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
