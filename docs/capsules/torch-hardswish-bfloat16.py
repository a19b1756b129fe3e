"""torch.nn.Hardswish, bfloat16: the output is wrong.

Got inf, expected 1.7014118346046923e+38. K, the error in units of the bound, is 254. Exits 1 if
the failure is there, 0 if not. Needs PyTorch.

Written by: conformance capsule output/hardswish-all-bfloat16-torch-class
Seen with: Python 3.11.7, numpy 2.4.6, torch 2.13.0+cpu
"""

import sys
import torch

input = torch.tensor([[1.70141e+38]], dtype=torch.bfloat16)

layer = torch.nn.Hardswish()
output = layer(input)
found = output

# x * min(max(x + 3, 0), 6) / 6, at x = 1.7014118346046923e+38
print("PyTorch", torch.__version__)
got = float(found[0, 0])
expected = 1.7014118346046923e+38
bound, limit = 6.646e+35, 4  # of an honest rounding; of K
error = abs(got - expected)
print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "
      f"K {error / bound:.4g} (limit {limit})")
sys.exit(not error <= limit * bound)
