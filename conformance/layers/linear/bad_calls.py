"""Bad calls of linear layers."""

from __future__ import annotations

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones

X = ones(2, 4, 6, 6)
SCORES = ones(3, 2)
V = ones(4)
LOGITS = ones(3, 4)

TORCH: tuple[BadCall, ...] = (
    BadCall("nn.Linear", "input-2x4", "input", "ValueError at call", "RuntimeError at call",
        {"in_features": 3, "out_features": 4}, ((ones(2, 4),),)),
    BadCall("nn.Linear", "input-2x3-float64", "weight", "TypeError at call", "RuntimeError at call",
        {"in_features": 3, "out_features": 4}, ((ones(2, 3, dtype="float64"),),)),
    BadCall("nn.Linear", "in.features--1", "in_features", "ValueError", "RuntimeError",
        {"in_features": -1, "out_features": 3}, ((SCORES,),)),
    BadCall("nn.Linear", "out.features-3.0", "out_features", "TypeError", "TypeError",
        {"in_features": 3, "out_features": 3.0}, ((SCORES,),)),
    BadCall("nn.functional.linear", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 5)}),
    BadCall("nn.functional.linear", "input-1.0", "input", "ValueError", "RuntimeError",
        {"input": ones(), "weight": ones(2, 1)}),
    BadCall("nn.functional.linear", "weight-2x6x1", "weight", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 6, 1)}),
    BadCall("nn.functional.linear", "bias-3", "bias", "ValueError", "RuntimeError",
        {"input": X, "weight": ones(2, 6), "bias": ones(3)}),
    BadCall("nn.functional.linear", "weight-4x5", "input", "ValueError", "RuntimeError",
        {"input": ones(2, 3), "weight": ones(4, 5)}),
)  # fmt: skip

TF: tuple[BadCall, ...] = (
    BadCall("keras.layers.Dense", "units-0", "units", "ValueError", "ValueError", {"units": 0},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "units-2.5", "units", "TypeError", "ValueError", {"units": 2.5},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "kernel.initializer-xavier", "kernel_initializer", "ValueError",
        "ValueError", {"units": 2, "kernel_initializer": "xavier"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "kernel.regularizer-l2", "kernel_regularizer", "ValueError",
        Accepts("It adds a term to the loss; refimpl has no such terms.",
                ReturnedArray((3, 2), varies="random weights")),
        {"units": 2, "kernel_regularizer": "l2"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "dtype-float8", "dtype", "ValueError", "ValueError",
        {"units": 2, "dtype": "float8"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "name-a.b", "name", "ValueError", "ValueError",
        {"units": 2, "name": "a/b"}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "unitz-3", "unitz", "ValueError", "ValueError",
        {"units": 2, "unitz": 3}, ((LOGITS,),)),
    BadCall("keras.layers.Dense", "input-1.0.2.0", "inputs", "TypeError at call",
        "ValueError at call", {"units": 2}, (([[1.0, 2.0]],),)),
    BadCall("keras.layers.Dense", "input-4", "inputs", "ValueError at call", "ValueError at call",
        {"units": 2}, ((V,),)),
    BadCall("keras.layers.Dense", "input-3x3", "inputs", "ValueError at call", "ValueError at call",
        {"units": 2}, ((LOGITS,), (ones(3, 3),),)),
    BadCall("keras.layers.Dense", "units--1", "units", "ValueError", "ValueError", {"units": -1},
        ((LOGITS,),)),
    BadCall("keras.layers.Dense", "use.bias-no", "use_bias", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((3, 2), varies="random weights")), {"units": 2, "use_bias": "no"},
        ((LOGITS,),)),
)  # fmt: skip
