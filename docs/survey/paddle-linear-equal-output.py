"""paddle.nn.functional.linear, float32: the output is wrong.

Got 72062.28125, expected 72091.40625. K, the error in units of the bound, is 23.6. Exits 1 if
the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/paddle_subject.py:Paddle.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule output/linear-endless-nobias-equal-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.full((1, 82024), 0.9375, np.float32)
weight = np.full((2, 82024), 0.9375, np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), Slot('weight', 'weight', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.linear', 'function', {}, slots, results, None)
arrays = {'input': input, 'weight': weight}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The output is the sum of input * weight in its window, and the bias:
#   (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + 82012 more terms = 72091.40625
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0])
expected = 72091.40625
bound, limit = 1.2349456907243292, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
