"""keras-on-torch.keras.layers.GroupNormalization, float32: the output is wrong.

Got nan, expected 0.5541249166701245. Exits 1 if the failure is there, 0 if not. Needs NumPy,
this package (refimpl, conformance) and the subject
examples/subjects/keras_subjects.py:KerasTorch.

Written by: conformance capsule output/instance_norm3d-cumulative-eps3-eval-offset-float32-keras-on-torch-keras --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.array([[[[[300.0]], [[300.0]]], [[[300.0]], [[299.97504]]]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
slots, results = (Slot('input', 'inputs', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.GroupNormalization', 'class', {'groups': -1, 'axis': -1, 'epsilon': 1e-05, 'center': False, 'scale': False, 'dtype': 'float32'}, slots, results, None)
arrays = {'inputs': inputs}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# mean 299.99375915527344, variance 0.0001168444287031889, epsilon 1e-05
# normalised: (300.0 - mean) / sqrt(variance + epsilon) = 0.5541249166701245
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0, 0, 0])
expected = 0.5541249166701245
bound, limit = 0.006995436091841227, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
