"""keras-on-torch.keras.layers.Dense, float32: the output is wrong.

Got 72027.28125, expected 72056.25. K, the error in units of the bound, is 23.5. Exits 1 if the
failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/keras_subjects.py:KerasTorch.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule output/linear-endless-nobias-equal-float32-keras-on-torch-keras --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.full((1, 81984), 0.9375, np.float32)
kernel = np.full((81984, 1), 0.9375, np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
slots, results = (Slot('input', 'inputs', 'input'), Slot('weight', 'kernel', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.Dense', 'class', {'units': 1, 'activation': None, 'use_bias': False, 'dtype': 'float32'}, slots, results, None)
arrays = {'inputs': inputs, 'kernel': kernel}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The output is the sum of input * weight in its window, and the bias:
#   (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + 81972 more terms = 72056.25
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0])
expected = 72056.25
bound, limit = 1.234043493819199, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
