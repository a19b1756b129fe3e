"""What batch and instance normalisation share: affine parameters and running statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.torch.nn import init
from refimpl.torch.nn.functional._arguments import flag, integer, number
from refimpl.torch.nn.module import Module, parameter_dtype
from refimpl.torch.nn.parameter import Parameter


class NormBase(Module):
    """A normalisation per channel.

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float
        Added to the variance.
    momentum : float or None
        The weight of a batch in the running statistics; None is the average over all batches.
    affine : bool
        Whether there are weight and bias.
    track_running_stats : bool
        Whether there are running statistics.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of parameters and statistics, by default float32.
    bias : bool, default True
        Whether there is a bias if `affine`.
    """

    _version = 2

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: Any,
        dtype: npt.DTypeLike | None,
        *,
        bias: bool,
    ) -> None:
        num_features = integer(num_features, "num_features", 0)
        if not number(eps, "eps") > 0.0:
            raise ValueError(f"eps must be positive; got {eps!r}")
        if momentum is not None:
            number(momentum, "momentum")
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = flag(affine, "affine")
        self.track_running_stats = flag(track_running_stats, "track_running_stats")
        self.register_parameter(
            "weight", Parameter(np.empty(num_features, real)) if affine else None
        )
        biased = affine and flag(bias, "bias")
        self.register_parameter("bias", Parameter(np.empty(num_features, real)) if biased else None)
        tracked = self.track_running_stats
        self.register_buffer("running_mean", np.zeros(num_features, real) if tracked else None)
        self.register_buffer("running_var", np.ones(num_features, real) if tracked else None)
        self.register_buffer("num_batches_tracked", np.zeros((), np.int64) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running statistics to mean 0, variance 1 and no batch."""
        if self.track_running_stats:
            self.running_mean[...] = 0.0
            self.running_var[...] = 1.0
            self.num_batches_tracked[...] = 0

    def reset_parameters(self) -> None:
        """Set weight to 1, bias to 0, and reset the running statistics."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _tolerated(self, metadata: Any, missing: str) -> bool:
        # States of version 1 had no counter.
        return missing == "num_batches_tracked" and metadata.get("version", 1) < 2

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )
