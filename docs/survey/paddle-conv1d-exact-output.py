"""paddle.nn.functional.conv1d, float32: the output is wrong.

Got 2.0, expected 1.0. K, the error in units of the bound, is 1.68e+07. Exits 1 if the failure
is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/paddle_subject.py:Paddle.

Written by: conformance capsule output/conv1d-dilation2-same-exact-float32-paddle-function --subject examples/subjects/paddle_subject.py:Paddle
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.spec.call import Call, Result, Slot
from conformance.subjects.loading import load
from conformance.subjects.protocol import Request

input = np.array([[[1.0]]], np.float32)
weight = np.array([[[1.0, 0.0]]], np.float32)
bias = np.array([1.0], np.float32)

subject = load('examples/subjects/paddle_subject.py:Paddle')
slots, results = (Slot('input', 'input', 'input'), Slot('weight', 'weight', 'parameter'), Slot('bias', 'bias', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.conv1d', 'function', {'stride': (1,), 'padding': 'same', 'dilation': (2,), 'groups': 1}, slots, results, None)
arrays = {'input': input, 'weight': weight, 'bias': bias}
seen = subject.run(Request(call, arrays, (), ()))
(output,) = seen.outputs
found = output

# The output is the sum of input * weight in its window, and the bias:
#   1.0 = 1.0
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0, 0])
expected = 1.0
bound, limit = 5.960464488641293e-08, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
