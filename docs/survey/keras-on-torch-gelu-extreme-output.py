"""keras-on-torch.keras.activations.gelu, float32: the output is wrong.

Got -0.0, expected -4.976768459417427e-15. K, the error in units of the bound, is 6.36e+04.
Exits 1 if the failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and
the subject examples/subjects/keras_subjects.py:KerasTorch.

Written by: conformance capsule output/gelu-extreme-float32-keras-on-torch-activation --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

x = np.array([[[-8.0]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
slots, results = (Slot('input', 'x', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.activations.gelu', 'function', {}, slots, results, None)
arrays = {'x': x}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# x * Phi(x), Phi the normal distribution function, at x = -8.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = -4.976768459417427e-15
bound, limit = 7.827928767337664e-20, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
