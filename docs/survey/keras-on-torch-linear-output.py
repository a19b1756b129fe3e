"""keras-on-torch.keras.layers.Dense, float32: the output is wrong.

Got 72055.28125, expected 72084.375. K, the error in units of the bound, is 23.6. Exits 1 if the
failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/keras_subjects.py:KerasTorch.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule output/linear-endless-nobias-equal-float32-keras-on-torch-keras --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.dialects.base import Call, Result, Slot
from conformance.subjects import load
from conformance.subjects.base import Request

inputs = np.full((1, 82016), 0.9375, np.float32)
kernel = np.full((82016, 1), 0.9375, np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
slots, results = (Slot('input', 'inputs', 'input'), Slot('weight', 'kernel', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.Dense', 'class', {'units': 1, 'activation': None, 'use_bias': False, 'dtype': 'float32'}, slots, results, None)
arrays = {'inputs': inputs, 'kernel': kernel}
seen = subject.run(Request(call, arrays, (), ()))
found = seen.outputs[0]

# The output is the sum of input * weight in its window, and the bias:
#   (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + 82004 more terms = 72084.375
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0])
expected = 72084.375
bound, limit = 1.235, 4  # of an honest rounding; of K
error = abs(got - expected)
print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "
      f"K {error / bound:.4g} (limit {limit})")
sys.exit(not error <= limit * bound)
