"""mlx.nn.functional.linear, float32: the output is wrong.

Got 71635.28125, expected 71662.5. K, the error in units of the bound, is 22.2. Exits 1 if the
failure is there, 0 if not. Needs NumPy, this package (refimpl, conformance) and the subject
examples/subjects/mlx_subject.py:Mlx.
It was made smaller for 20 s, not to the end.

Written by: conformance capsule output/linear-endless-nobias-equal-float32-mlx-function --subject examples/subjects/mlx_subject.py:Mlx
Seen with: Python 3.11.7, numpy 2.4.6
"""

import sys
import numpy as np
import refimpl
from conformance.dialects.base import Call, Result, Slot
from conformance.subjects import load
from conformance.subjects.base import Request

input = np.full((1, 81536), 0.9375, np.float32)
weight = np.full((1, 81536), 0.9375, np.float32)

subject = load('examples/subjects/mlx_subject.py:Mlx')
slots, results = (Slot('input', 'input', 'input'), Slot('weight', 'weight', 'parameter'), ), (Result('output', differentiated=True), )
call = Call('nn.functional.linear', 'function', {}, slots, results, None)
arrays = {'input': input, 'weight': weight}
seen = subject.run(Request(call, arrays, (), ()))
found = seen.outputs[0]

# The output is the sum of input * weight in its window, and the bias:
#   (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + (0.9375 * 0.9375) + 81524 more terms = 71662.5
print("NumPy", np.__version__, "refimpl", refimpl.__version__)
got = float(found[0, 0])
expected = 71662.5
bound, limit = 1.224, 4  # of an honest rounding; of K
error = abs(got - expected)
print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "
      f"K {error / bound:.4g} (limit {limit})")
sys.exit(not error <= limit * bound)
