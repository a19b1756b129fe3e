"""keras-on-torch.keras.layers.AveragePooling3D, float32: the output is wrong.

Got 0.20000001788139343, expected 0.20000000298023224. Exits 1 if the failure is there, 0 if
not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/keras_subjects.py:KerasTorch.

Written by: conformance capsule output/avg_pool3d-stride1-same-excludepad-normal-float32-keras-on-torch-keras --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.array([[[[[0.2]]]]], np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
slots, results = (Slot('input', 'inputs', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.AveragePooling3D', 'class', {'pool_size': (2, 2, 2), 'strides': (1, 1, 1), 'padding': 'same', 'data_format': 'channels_last', 'dtype': 'float32'}, slots, results, None)
arrays = {'inputs': inputs}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The output is the sum of input / divisor in its window:
#   (0.20000000298023224 * 1.0) = 0.20000000298023224
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0, 0, 0])
expected = 0.20000000298023224
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
