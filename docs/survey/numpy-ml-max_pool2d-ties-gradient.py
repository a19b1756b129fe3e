"""numpy-ml.keras.layers.MaxPooling2D, float64: it raises ValueError.

Got ValueError: operands could not be broadcast together with shapes (1,3) (1,2) (1,3) ,
expected an answer. Exits 1 if the failure is there, 0 if not. Needs NumPy, this package
(refimpl, conformance) and the subject examples/subjects/numpy_ml_subject.py:NumpyMl.

Written by: conformance capsule gradient/max_pool2d-k3-same-ties-float64-numpy-ml-keras --subject examples/subjects/numpy_ml_subject.py:NumpyMl
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.array([[[[0.0], [0.0]]]], np.float64)
output_cotangent = np.array([[[[0.0], [0.0]]]], np.float64)

subject = load('examples/subjects/numpy_ml_subject.py:NumpyMl')
raised = None
try:
    slots, results = (Slot('input', 'inputs', 'input'), ), (Result('output', differentiated=True), )
    call = Call('keras.layers.MaxPooling2D', 'class', {'pool_size': (1, 3), 'strides': (1, 1), 'padding': 'same', 'data_format': 'channels_last', 'dtype': 'float64'}, slots, results, None)
    arrays = {'inputs': inputs}
    seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
    (output,) = seen.outputs
except BaseException as error:
    raised = error

print("NumPy", np.__version__, "refimpl", refimpl.__version__)
print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")
sys.exit(raised is not None)
