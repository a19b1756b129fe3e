"""torch.nn.NLLLoss, float32: it raises RuntimeError.

Got RuntimeError: grad_input must be contiguous, expected an answer. Exits 1 if the failure is
there, 0 if not. Needs PyTorch.

Written by: conformance capsule layout/nll_loss-2d-weighted-allignored-ignore2-normal-float32-torch-class
Seen with: Python 3.11.7, numpy 2.4.6, torch 2.13.0+cpu
"""

import sys
import torch

input = torch.tensor([[[[0.0, 0.0]], [[0.0, 0.0]]]], dtype=torch.float32).permute(3, 2, 0, 1).contiguous().permute(2, 3, 1, 0)
target = torch.tensor([[[0, 0]]], dtype=torch.int64)
output_cotangent = torch.tensor(0.0, dtype=torch.float32)

raised = None
try:
    layer = torch.nn.NLLLoss(ignore_index=2, reduction='sum')
    input.requires_grad_()
    output = layer(input, target)
    gradients = torch.autograd.grad([output], [input], [output_cotangent])
except BaseException as error:
    raised = error

print("PyTorch", torch.__version__)
print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")
sys.exit(raised is not None)
