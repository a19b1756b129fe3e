"""numpy-ml.keras.activations.elu, float64: the output is wrong.

Got -3.0399537924719056e-05, expected -3.0399537924682376e-05. K, the error in units of the
bound, is 1.36e+03. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/numpy_ml_subject.py:NumpyMl.

Written by: conformance capsule output/elu-tiny-float64-numpy-ml-activation --subject examples/subjects/numpy_ml_subject.py:NumpyMl
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

x = np.array([[[-3.04e-05]]], np.float64)

subject = load('examples/subjects/numpy_ml_subject.py:NumpyMl')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.elu', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# x if x > 0 else alpha * (exp(x) - 1), alpha = 1.0, at x = -3.04e-05
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -3.0399537924682376e-05
bound, limit = 2.7000213553558417e-20, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
