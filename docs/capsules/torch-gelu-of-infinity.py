"""torch.nn.functional.gelu, float32: the output is wrong.

Got nan, expected inf. Exits 1 if the failure is there, 0 if not. Needs PyTorch.

Written by: conformance capsule output/gelu-special-float32-torch-function
Seen with: Python 3.11.7, numpy 2.4.6, torch 2.13.0+cpu
"""

import sys
from math import inf
import torch

input = torch.tensor([[[0.0, inf]]], dtype=torch.float32)

output = torch.nn.functional.gelu(input=input)
found = output

# x * Phi(x), Phi the normal distribution function, at x = inf
print("PyTorch", torch.__version__)
got = float(found[0, 0, 1])
expected = float("inf")
print(f"got {got!r}, expected exactly {expected!r}")
sys.exit(not got == expected)
