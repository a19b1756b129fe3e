"""Batch normalisation layers (torch.nn.BatchNorm1d, BatchNorm2d, BatchNorm3d)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy.typing as npt

from refimpl.ops.array import Array
from refimpl.torch.nn import functional
from refimpl.torch.nn._norm import NormBase
from refimpl.torch.nn.functional._arguments import floats


class _BatchNorm(NormBase):
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
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Array) -> Array:
        """Normalise.

        Parameters
        ----------
        input : (N, C, *S) array
            In the dtype of the parameters and statistics.

        Returns
        -------
        array of the input's shape

        Raises
        ------
        TypeError
            If the dtype is another.
        ValueError
            If the shape does not suit the layer, or holds one value per channel in training.
        """
        x = floats(input, "input")
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
        output: Array = self._run(
            functional.batch_norm,
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

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

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
