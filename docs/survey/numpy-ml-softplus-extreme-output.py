"""numpy-ml.keras.activations.softplus, float64: the output is wrong.

Got 1.026188023392576e-10, expected 1.0261879631175359e-10. K, the error in units of the bound,
is 3.31e+07. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl,
conformance) and the subject examples/subjects/numpy_ml_subject.py:NumpyMl.

Written by: conformance capsule output/softplus-extreme-float64-numpy-ml-activation --subject examples/subjects/numpy_ml_subject.py:NumpyMl
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

x = np.array([[[-23.0]]], np.float64)

subject = load('examples/subjects/numpy_ml_subject.py:NumpyMl')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.softplus', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# log(1 + exp(x)), at x = -23.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 1.0261879631175359e-10
bound, limit = 1.8228760067472823e-25, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
