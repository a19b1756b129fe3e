"""Is my layer right? Two arrays and the name of what they should be are enough.

Somebody has written a batch norm with a mistake that is easily made: its output is right, its
running variance is not. And a softmax of zeros would pass under the usual tolerance of 1e-2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import conformance

Array = npt.NDArray[np.float32]


def batch_norm(
    x: Array,
    weight: Array,
    bias: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Array, dict[str, Array]]:
    """Normalise each channel; the variance that is remembered ought to be unbiased."""
    mean, variance = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    shape = (1, -1, 1, 1)
    normed = (x - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + np.float32(eps))
    state = {
        "running_mean": (1 - momentum) * running_mean + momentum * mean,
        "running_var": (1 - momentum) * running_var + momentum * variance,
    }
    return normed * weight.reshape(shape) + bias.reshape(shape), state


def main() -> None:
    """Judge the batch norm, a softmax of zeros, and a matrix product in tfloat32."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4, 3, 8, 8), dtype=np.float32)
    weights = {
        "weight": np.array([1.0, 0.5, 2.0], np.float32),
        "bias": np.zeros(3, np.float32),
        "running_mean": np.zeros(3, np.float32),
        "running_var": np.ones(3, np.float32),
    }
    output, state = batch_norm(x, **weights)
    found = conformance.verdict(
        "torch.nn.BatchNorm2d",
        output,
        x,
        num_features=3,
        weights=weights,
        training=True,
        state=state,
    )
    print(repr(found))
    print(found)

    scores = rng.standard_normal((8, 32_000), dtype=np.float32)
    zeros = np.zeros_like(scores)
    close = np.allclose(zeros, np.exp(scores) / np.exp(scores).sum(1, keepdims=True), atol=1e-2)
    print(f"\nallclose with atol=1e-2 says of a softmax of zeros: {close}")
    print(conformance.verdict("torch.nn.functional.softmax", zeros, scores, dim=1))


if __name__ == "__main__":
    main()
