"""Instance normalisation layers (torch.nn.InstanceNorm1d, InstanceNorm2d, InstanceNorm3d)."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy.typing as npt

from refimpl.ops.array import Array
from refimpl.torch.nn import functional
from refimpl.torch.nn._norm import NormBase
from refimpl.torch.nn.functional._arguments import one_example, spatial_input


class _InstanceNorm(NormBase):
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
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Array) -> Array:
        """Normalise.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            In the dtype of the parameters and statistics.

        Returns
        -------
        array of the input's shape

        Raises
        ------
        TypeError
            If the dtype is another.
        ValueError
            If the shape does not suit the layer, or there is one position in training.
        """
        x, unbatched = spatial_input(input, self._n)
        channels = x.shape[0 if unbatched else 1]
        if channels != self.num_features:
            problem = (
                f"input must have num_features = {self.num_features} channels; got shape {x.shape}"
            )
            if self.affine or self.track_running_stats:
                raise ValueError(problem)
            warnings.warn(f"{problem}, which matters only with affine", UserWarning, stacklevel=3)
        arguments = (self.running_mean, self.running_var, self.weight, self.bias)
        output, vjp = functional.instance_norm.with_vjp(
            x[None] if unbatched else x,
            *arguments,
            use_input_stats=self.training or not self.track_running_stats,
            momentum=0.0 if self.momentum is None else self.momentum,
            eps=self.eps,
        )
        if unbatched:
            output, vjp = output[0], one_example(vjp)
        result: Array = self._remember(output, vjp, (x, *arguments))
        return result


class InstanceNorm1d(_InstanceNorm):
    """Normalise (N, C, L) or (C, L); see `InstanceNorm2d` for the parameters."""

    _n = 1


class InstanceNorm2d(_InstanceNorm):
    """Normalise every channel of every example of (N, C, H, W) over all positions.

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float, default 1e-5
        Added to the variance.
    momentum : float, default 0.1
        The weight of a batch in the running statistics.
    affine : bool, default False
        Whether there are weight and bias.
    track_running_stats : bool, default False
        Whether there are running statistics, used in evaluation. Without them evaluation uses
        those of the input.
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
        Stays 0, as in torch.

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

    Notes
    -----
    Source: Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016; PyTorch's documentation
    of `torch.nn.InstanceNorm2d`.
    """

    _n = 2


class InstanceNorm3d(_InstanceNorm):
    """Normalise (N, C, D, H, W) or (C, D, H, W); see `InstanceNorm2d` for the parameters."""

    _n = 3
