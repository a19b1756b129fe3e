"""flax.keras.layers.AveragePooling1D, float32: the dtype of output is wrong.

Got float64, expected float32. Exits 1 if the failure is there, 0 if not. Needs NumPy, this
package (refimpl, conformance) and the subject examples/subjects/flax_subject.py:Flax.

Written by: conformance capsule dtype/avg_pool1d-k3-stride1-excludepad-wide-float32-flax-keras --subject examples/subjects/flax_subject.py:Flax
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

inputs = np.array([[[0.0]]], np.float32)

subject = load('examples/subjects/flax_subject.py:Flax')
slots, results = (Slot('input', 'inputs', 'input'), ), (Result('output', differentiated=True), )
call = Call('keras.layers.AveragePooling1D', 'class', {'pool_size': (1,), 'strides': (1,), 'padding': 'valid', 'data_format': 'channels_last', 'dtype': 'float32'}, slots, results, None)
arrays = {'inputs': inputs}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The expected shape follows from the arguments.
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = found.dtype.name
expected = 'float32'
print("got", got, "expected", expected)
sys.exit(got != expected)
