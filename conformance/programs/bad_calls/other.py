"""Bad calls of what belongs to no family: padding, flattening, adding a bias."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.bad_call import BadCall, ones

X = ones(2, 4, 6, 6)
SCORES = ones(3, 2)
X2 = ones(2, 7, 6, 4)
V = ones(4)

TORCH: tuple[BadCall, ...] = (
    BadCall("nn.functional.pad", "pad-1", "pad", "ValueError", "RuntimeError",
        {"input": X, "pad": (1,)}),
    BadCall("nn.functional.pad", "pad-1.1.1.1.1.1.1.1.1.1", "pad", "ValueError", "RuntimeError",
        {"input": X, "pad": (1, 1, 1, 1, 1, 1, 1, 1, 1, 1)}),
    BadCall("nn.functional.pad", "pad--4.-4", "pad", "ValueError", "RuntimeError",
        {"input": X, "pad": (-4, -4)}),
    BadCall("nn.functional.pad", "pad-6.0.0.0", "pad", "ValueError", "RuntimeError",
        {"input": X, "pad": (6, 0, 0, 0), "mode": "reflect"}),
    BadCall("nn.functional.pad", "pad-7.0.0.0", "pad", "ValueError", "RuntimeError",
        {"input": X, "pad": (7, 0, 0, 0), "mode": "circular"}),
    BadCall("nn.functional.pad", "pad-1.1", "pad", "ValueError", "NotImplementedError",
        {"input": X, "pad": (1, 1), "mode": "reflect"}),
    BadCall("nn.functional.pad", "pad-1.0.1.0", "pad", "TypeError", "TypeError",
        {"input": X, "pad": (1.0, 1.0)}),
    BadCall("nn.functional.pad", "mode-edge", "mode", "ValueError", "NotImplementedError",
        {"input": X, "pad": (1, 1), "mode": "edge"}),
    BadCall("nn.functional.pad", "value-1.0", "value", "ValueError", "RuntimeError",
        {"input": X, "pad": (1, 1, 1, 1), "mode": "reflect", "value": 1.0}),
    BadCall("nn.Flatten", "start.dim-3", "start_dim", "ValueError at call", "IndexError at call",
        {"start_dim": 3}, ((SCORES,),)),
    BadCall("nn.Flatten", "end.dim-0", "end_dim", "ValueError at call", "RuntimeError at call",
        {"start_dim": 1, "end_dim": 0}, ((SCORES,),)),
)  # fmt: skip

TF: tuple[BadCall, ...] = (
    BadCall("nn.bias_add", "bias-3", "bias", "ValueError", "InvalidArgumentError",
        {"value": X2, "bias": ones(3)}),
    BadCall("nn.bias_add", "value-4", "value", "ValueError", "InvalidArgumentError",
        {"value": V, "bias": V}),
    BadCall("nn.bias_add", "data.format-CN", "data_format", "ValueError", "ValueError",
        {"value": X2, "bias": V, "data_format": "CN"}),
)  # fmt: skip

BAD_CALLS: Mapping[str, tuple[BadCall, ...]] = {"torch": TORCH, "tf": TF}
