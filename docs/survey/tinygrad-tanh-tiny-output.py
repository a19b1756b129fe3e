"""tinygrad.nn.functional.tanh, float32: the output is wrong.

Got -0.00023788213729858398, expected -0.0002378000018065968. K, the error in units of the
bound, is 1.45e+03. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/tinygrad_subject.py:Tinygrad.

Written by: conformance capsule output/tanh-tiny-float32-tinygrad-function --subject examples/subjects/tinygrad_subject.py:Tinygrad
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[-0.0002378]]], np.float32)

subject = load('examples/subjects/tinygrad_subject.py:Tinygrad')
slots, results = (Slot('input', 'input', 'input'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.tanh', 'function', {}, slots, results, None)
arrays = {'input': input}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# tanh(x), at x = -0.00023780000628903508
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -0.0002378000018065968
bound, limit = 5.669593864668222e-11, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
