"""tinygrad.nn.functional.celu, float32: the output is wrong.

Got -0.00021004676818847656, expected -0.0002099889737189725. K, the error in units of the
bound, is 1.15e+03. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/tinygrad_subject.py:Tinygrad.

Written by: conformance capsule output/celu-alpha2-tiny-float32-tinygrad-function --subject examples/subjects/tinygrad_subject.py:Tinygrad
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[-0.00021]]], np.float32)

subject = load('examples/subjects/tinygrad_subject.py:Tinygrad')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.celu', 'function', {'alpha': 2.0}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0), alpha = 2.0, at x = -0.0002099999983329326
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -0.0002099889737189725
bound, limit = 5.0065272834326606e-11, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
