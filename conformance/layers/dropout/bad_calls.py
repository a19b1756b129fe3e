"""Bad calls of dropouts."""

from __future__ import annotations

from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones, values

X = ones(2, 4, 6, 6)
X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)

TORCH: tuple[BadCall, ...] = (
    BadCall("nn.Dropout", "p--0.1", "p", "ValueError", "ValueError", {"p": -0.1}, ((X,),)),
    BadCall("nn.Dropout3d", "p-half", "p", "TypeError", "TypeError", {"p": "half"}, ((X,),)),
    BadCall("nn.functional.dropout", "p-1.5", "p", "ValueError", "ValueError",
        {"input": X, "p": 1.5}),
    BadCall("nn.functional.dropout", "input-1-2", "input", "TypeError", "RuntimeError",
        {"input": values(1, 2, dtype="int64")}),
    BadCall("nn.functional.dropout1d", "input-2x4x6x6", "input", "ValueError", "RuntimeError",
        {"input": X}),
    BadCall("nn.functional.dropout2d", "p-nan", "p", "ValueError", "RuntimeError",
        {"input": X, "p": float("nan")}),
)  # fmt: skip

TF: tuple[BadCall, ...] = (
    BadCall("nn.dropout", "rate-1", "rate", "ValueError", "ValueError", {"x": X2, "rate": 1}),
    BadCall("nn.dropout", "rate--0.1", "rate", "ValueError", "ValueError", {"x": X2, "rate": -0.1}),
    BadCall("nn.dropout", "rate-half", "rate", "TypeError", "ValueError",
        {"x": X2, "rate": "half"}),
    BadCall("nn.dropout", "rate-0.5", "rate", "TypeError", "ValueError", {"x": X2, "rate": [0.5]}),
    BadCall("nn.dropout", "x-2x7x6x4-int64", "x", "TypeError", "ValueError",
        {"x": ones(2, 7, 6, 4, dtype="int64"), "rate": 0.5}),
    BadCall("nn.dropout", "noise.shape-3.1.1.4", "noise_shape", "ValueError",
        "InvalidArgumentError", {"x": X2, "rate": 0.5, "noise_shape": (3, 1, 1, 4)}),
    BadCall("nn.dropout", "noise.shape-1.2.7.6.4", "noise_shape", "ValueError",
        Accepts("A mask of more axes than the input broadcasts, and the output has as many.",
                ReturnedArray((1, 2, 7, 6, 4), varies="a random mask")),
        {"x": X2, "rate": 0.5, "noise_shape": (1, 2, 7, 6, 4)}),
    BadCall("nn.dropout", "seed-one", "seed", "TypeError", "TypeError",
        {"x": X2, "rate": 0.5, "seed": "one"}),
    BadCall("keras.layers.Dropout", "rate-1.5", "rate", "ValueError", "ValueError", {"rate": 1.5},
        ((X2,),)),
    BadCall("keras.layers.Dropout", "rate-half", "rate", "TypeError", "TypeError", {"rate": "half"},
        ((X2,),)),
    BadCall("keras.layers.Dropout", "seed-one", "seed", "TypeError", "ValueError",
        {"rate": 0.5, "seed": "one"}, ((X2,),)),
    BadCall("keras.layers.Dropout", "noise.shape-3", "noise_shape", "ValueError", "ValueError",
        {"rate": 0.5, "noise_shape": 3}, ((X2,),)),
    BadCall("keras.layers.Dropout", "noise.shape--1.1", "noise_shape", "ValueError", "ValueError",
        {"rate": 0.5, "noise_shape": (-1, 1)}, ((X2,),)),
    BadCall("keras.layers.SpatialDropout1D", "rate-2", "rate", "ValueError", "ValueError",
        {"rate": 2.0}, ((X1,),)),
    BadCall("keras.layers.SpatialDropout2D", "data.format-NHWC", "data_format", "ValueError",
        "ValueError", {"rate": 0.5, "data_format": "NHWC"}, ((X2,),)),
    BadCall("keras.layers.SpatialDropout2D", "input-2x7x4", "inputs", "ValueError at call",
        "ValueError at call", {"rate": 0.5}, ((X1,),)),
)  # fmt: skip
