"""How parameters begin: the functions of `torch.nn.init`, and the defaults of layers."""

from __future__ import annotations

from refimpl.torch._src.init.fans import fill_bias, fill_weight

__all__ = ["fill_bias", "fill_weight"]
