"""mlx.nn.functional.cross_entropy, float32: it raises ValueError.

Got ValueError: [logsumexp] Received empty array., expected an answer. Exits 1 if the failure is
there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/mlx_subject.py:Mlx.

Written by: conformance capsule empty/cross_entropy-2d-none-soft-empty-normal-float32-mlx-function --subject examples/subjects/mlx_subject.py:Mlx
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.full((0, 1, 1, 1), 0, np.float32)
target = np.full((0, 1, 1, 1), 0, np.float32)

subject = load('examples/subjects/mlx_subject.py:Mlx')
raised = None
try:
    slots, results = (Slot('input', 'input', 'input'), Slot('target', 'target', 'input'), ), (Result('output', differentiated=True), )
    call = Call('nn.functional.cross_entropy', 'function', {'ignore_index': -100, 'reduction': 'none', 'label_smoothing': 0.0}, slots, results, None)
    arrays = {'input': input, 'target': target}
    seen = subject.run(Request(call, arrays, (), ()))
    (output,) = seen.outputs
except BaseException as error:
    raised = error

print("NumPy", np.__version__, "refimpl", refimpl.__version__)
print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")
sys.exit(raised is not None)
