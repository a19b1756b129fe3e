"""What of torch's backends is modelled: the kernels of the CPU that draw."""

from refimpl.torch.backends import cpu

__all__ = ["cpu"]
