"""Batch and instance normalisation layers (torch.nn.BatchNorm1d and its like)."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from refimpl._arguments import new_array, read_flag, read_number, read_size
from refimpl.ops.array import Array
from refimpl.torch._src.arguments import one_example, read_floats, read_spatial
from refimpl.torch._src.functional import norm
from refimpl.torch._src.modules.module import Module, parameter_dtype
from refimpl.torch._src.parameter import Parameter

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
]


class _NormBase(Module):
    """Affine parameters and running statistics for each channel."""

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
        bias: bool,
    ) -> None:
        num_features = read_size(num_features, "num_features", least=0)
        read_number(eps, "eps", above=0)
        if momentum is not None:
            read_number(momentum, "momentum")
        real = parameter_dtype(dtype, device)
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = read_flag(affine, "affine")
        self.track_running_stats = tracked = read_flag(track_running_stats, "track_running_stats")
        biased = read_flag(bias, "bias") and self.affine
        for name, present in (("weight", affine), ("bias", biased)):
            values = (
                Parameter(new_array((num_features,), real, "num_features")) if present else None
            )
            self.register_parameter(name, values)
        self.register_buffer(
            "running_mean", new_array((num_features,), real, "num_features") if tracked else None
        )
        self.register_buffer(
            "running_var", new_array((num_features,), real, "num_features") if tracked else None
        )
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
            self.weight.data[...] = 1.0
            if self.bias is not None:
                self.bias.data[...] = 0.0

    def _may_lack(self, metadata: Any, missing: str) -> bool:
        # States of version 1 had no counter.
        return missing == "num_batches_tracked" and metadata.get("version", 1) < 2

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_NormBase):
    """What the batch normalisations of one, two and three spatial axes share."""

    _axes: ClassVar[tuple[int, ...]]
    _shapes: ClassVar[str]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(self, input: Array) -> Any:
        """Return the normalised input.

        Parameters
        ----------
        input : (N, C, *S) array
            In the dtype of the parameters and statistics.
        """
        x = read_floats(input)
        if x.ndim not in self._axes:
            raise ValueError(f"input must have shape {self._shapes}; got {x.shape}")
        if x.shape[1] != self.num_features:
            raise ValueError(
                f"input must have num_features = {self.num_features} channels; got shape {x.shape}"
            )
        tracked = self.training and self.track_running_stats
        counted = tracked and self.num_batches_tracked is not None
        momentum = 0.0 if self.momentum is None else self.momentum
        if counted and self.momentum is None:
            momentum = 1.0 / (int(self.num_batches_tracked) + 1)
        # In training without tracking, running statistics loaded by hand are neither used nor
        # changed; in evaluation they are used if there are any.
        known = tracked or not self.training
        output = self._run(
            norm.batch_norm,
            x,
            self.running_mean if known else None,
            self.running_var if known else None,
            self.weight,
            self.bias,
            training=self.training or (self.running_mean is None and self.running_var is None),
            momentum=momentum,
            eps=self.eps,
        )
        if counted:
            self.num_batches_tracked[...] += 1
        return output


class BatchNorm1d(_BatchNorm):
    """Normalise the channels of (N, C) or (N, C, L); see `BatchNorm2d` for the parameters."""

    _axes = (2, 3)
    _shapes = "(N, C) or (N, C, L)"


class BatchNorm2d(_BatchNorm):
    """Normalise every channel of (N, C, H, W) over the batch and all positions.

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float, default 1e-5
        Added to the variance.
    momentum : float or None, default 0.1
        The weight of a batch in the running statistics; None averages over all batches.
    affine : bool, default True
        Whether there are weight and bias.
    track_running_stats : bool, default True
        Whether there are running statistics, used in evaluation. Without them evaluation uses
        those of the batch.
    device : optional
        Only the CPU.
    dtype : dtype, optional
        Of parameters and statistics, by default float32.
    bias : bool, default True
        Whether there is a bias if `affine`.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_features,), or None
        Ones and zeros at first.
    running_mean, running_var : array of shape (num_features,), or None
        Zeros and ones at first. The variance is the unbiased one.
    num_batches_tracked : int64 array of shape (), or None

    Notes
    -----
    Source: Ioffe and Szegedy, Batch Normalization, 2015; PyTorch's documentation of
    `torch.nn.BatchNorm2d`.
    """

    _axes = (4,)
    _shapes = "(N, C, H, W)"


class BatchNorm3d(_BatchNorm):
    """Normalise the channels of (N, C, D, H, W); see `BatchNorm2d` for the parameters."""

    _axes = (5,)
    _shapes = "(N, C, D, H, W)"


class _InstanceNorm(_NormBase):
    """What the instance normalisations of one, two and three spatial axes share."""

    _n: ClassVar[int]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: npt.DTypeLike | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        )

    def forward(self, input: Array) -> Any:
        """Return the normalised input.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            In the dtype of the parameters and statistics.
        """
        x, unbatched = read_spatial(input, self._n)
        if x.shape[0 if unbatched else 1] != self.num_features:
            problem = (
                f"input must have num_features = {self.num_features} channels; got shape {x.shape}"
            )
            if self.affine or self.track_running_stats:
                raise ValueError(problem)
            warnings.warn(f"{problem}, which matters only with affine", UserWarning, stacklevel=3)
        arguments = (self.running_mean, self.running_var, self.weight, self.bias)
        output, vjp = norm.instance_norm.with_vjp(
            x[None] if unbatched else x,
            *arguments,
            use_input_stats=self.training or not self.track_running_stats,
            momentum=0.0 if self.momentum is None else self.momentum,
            eps=self.eps,
        )
        if unbatched:
            output, vjp = output[0], one_example(vjp)
        return self._remember(output, vjp, (x, *arguments))


class InstanceNorm1d(_InstanceNorm):
    """Normalise (N, C, L) or (C, L); see `InstanceNorm2d` for the parameters."""

    _n = 1


class InstanceNorm2d(_InstanceNorm):
    """Normalise every channel of every example of (N, C, H, W) over all positions.

    The statistics of the input are also used in evaluation if none are tracked.

    Parameters
    ----------
    num_features, eps, momentum, device, dtype, bias
        See `BatchNorm2d`; `momentum` is a number.
    affine : bool, default False
        Whether there are weight and bias.
    track_running_stats : bool, default False
        Whether there are running statistics, used in evaluation.

    Attributes
    ----------
    weight, bias, running_mean, running_var
        See `BatchNorm2d`.
    num_batches_tracked : int64 array of shape (), or None
        Stays 0, as in torch.

    Notes
    -----
    Source: Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016; PyTorch's documentation
    of `torch.nn.InstanceNorm2d`.
    """

    _n = 2


class InstanceNorm3d(_InstanceNorm):
    """Normalise (N, C, D, H, W) or (C, D, H, W); see `InstanceNorm2d` for the parameters."""

    _n = 3
