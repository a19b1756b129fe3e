"""torch.nn.functional.hardsigmoid, float64: the gradient of input is wrong.

Got 0.05000000149011612, expected 0.049999999999999996. K, the error in units of the bound, is
1.34e+08. Exits 1 if the failure is there, 0 if not. Needs PyTorch.

Written by: conformance capsule gradient/hardsigmoid-normal-float64-torch-function
Seen with: Python 3.11.7, numpy 2.4.6, torch 2.13.0+cpu
"""

import sys
import torch

input = torch.tensor([[[0.0]]], dtype=torch.float64)
output_cotangent = torch.tensor([[[0.3]]], dtype=torch.float64)

input.requires_grad_()
output = torch.nn.functional.hardsigmoid(input=input)
gradients = torch.autograd.grad([output], [input], [output_cotangent])
found = gradients[0]

# The gradient is the sum of cotangent * derivative of each output by this element:
#   (0.3 * 0.16666666666666666) = 0.049999999999999996
print("PyTorch", torch.__version__)
got = float(found[0, 0, 0])
expected = 0.049999999999999996
bound, limit = 1.1102230246251564e-17, 4  # of an honest rounding; of K
k = abs(got - expected) / bound
print(f"got {got!r}, expected {expected!r}, bound {bound:.3g}, K {k:.4g}, limit {limit}")
sys.exit(not k <= limit)
