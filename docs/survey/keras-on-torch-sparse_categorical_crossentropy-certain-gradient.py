"""keras-on-torch.keras.losses.SparseCategoricalCrossentropy, float32: it raises RuntimeError.

Got RuntimeError: grad_input must be contiguous, expected an answer. Exits 1 if the failure is
there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/keras_subjects.py:KerasTorch.

Written by: conformance capsule gradient/sparse_categorical_crossentropy-probabilities-2d-mean-certain-float32-keras-on-torch-keras --subject examples/subjects/keras_subjects.py:KerasTorch
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

y_true = np.array([[[0, 0]]], np.int64)
y_pred = np.array([[[[0.0, 0.0], [0.0, 0.0]]]], np.float32)
output_cotangent = np.array(0.0, np.float32)

subject = load('examples/subjects/keras_subjects.py:KerasTorch')
raised = None
try:
    slots, results = (Slot('target', 'y_true', 'input'), Slot('input', 'y_pred', 'input'), ), (Result('output', differentiated=True), )
    call = Call('keras.losses.SparseCategoricalCrossentropy', 'class', {'from_logits': False, 'reduction': 'sum', 'dtype': 'float32', 'ignore_class': None}, slots, results, None)
    arrays = {'y_true': y_true, 'y_pred': y_pred}
    seen = subject.run(Request(call, arrays, (output_cotangent, ), ()))
    (output,) = seen.outputs
except BaseException as error:
    raised = error

print("NumPy", np.__version__, "refimpl", refimpl.__version__)
print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")
sys.exit(raised is not None)
