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
got = max(-3.3895313892515355e+38, min(got, 3.3895313892515355e+38))  # an infinity counts as this
bound, limit = 6.646139978924768e+35, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
