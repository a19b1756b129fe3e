"""Dropout of single elements and of whole channels, by the masks that Keras draws.

Keras' page `Dropout`: a layer has a `SeedGenerator` of its own, seeded at construction by `seed` or
else from Python's `random`, and every call in training uses up one pair of its seeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl._arguments import read_integer, read_number
from refimpl._show import show
from refimpl.ops import dropout as ops
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.layers.layer import Layer
from refimpl.tf._src.layout import read_channels_last
from refimpl.tf._src.nn.dropout import read_keep, resolve_noise_shape
from refimpl.tf._src.random.keras import SeedGenerator, draw_survivors

__all__ = ["Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"]


class Dropout(Layer):
    """Zero each element with a probability in training, and scale the others up.

    Parameters
    ----------
    rate : float
        The probability of dropping, in [0, 1].
    noise_shape : sequence of int or None, optional
        Shape of the mask, which is broadcast to the input's; None among its entries is the
        input's own size.
    seed : int, optional
        Of the layer's `seed_generator`; None takes one from Python's `random`.

    Attributes
    ----------
    keep : bool array or None
        A mask to use instead of a drawn one.
    seed_generator : SeedGenerator or None
        Where the seeds of the masks come from; none at rate 0.
    """

    def __init__(
        self, rate: Any, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        self.rate = read_number(rate, "rate", least=0, most=1)
        self.noise_shape = _read_noise_shape(noise_shape)
        self.seed = seed
        super().__init__(**kwargs)
        self.seed_generator = SeedGenerator(seed) if self.rate > 0 else None
        self.built = True
        self.keep: Any = None

    def _check_shape(self, shape: Sizes) -> None:
        self._mask_shape(shape)

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        if not training or self.rate == 0.0:
            return x, lambda cotangent: (cotangent,)
        keep = self.keep
        if keep is not None:
            keep = read_keep(keep, x.shape, "inputs")
        elif self.rate == 1.0:
            keep = np.zeros((), np.bool_)  # nothing is drawn
        else:
            keep = draw_survivors(
                self._mask_shape(x.shape), self.rate, x.dtype, self.seed_generator
            )
        return ops.dropout(x, keep, rate=self.rate, select=True)

    def _mask_shape(self, shape: Sizes) -> Sizes:
        return resolve_noise_shape(shape, self.noise_shape, "inputs")


class _SpatialDropout(Dropout):
    """Dropout that has one flag for each channel of each example."""

    rank: int

    def __init__(
        self,
        rate: Any,
        data_format: str | None = None,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        self._channels_last = read_channels_last(data_format)
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = "channels_last" if self._channels_last else "channels_first"

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) != self.rank + 2:
            raise ValueError(f"inputs must be of rank {self.rank + 2}; got {shape}")

    def _mask_shape(self, shape: Sizes) -> Sizes:
        ones = (1,) * self.rank
        if self._channels_last:
            return (shape[0], *ones, shape[-1])
        return (*shape[:2], *ones)


class SpatialDropout1D(_SpatialDropout):
    """Drop whole channels of (N, W, C); see `SpatialDropout2D` for the parameters."""

    rank = 1

    def __init__(
        self, rate: Any, seed: int | None = None, name: str | None = None, dtype: Any = None
    ) -> None:
        super().__init__(rate, None, seed, name, dtype)


class SpatialDropout2D(_SpatialDropout):
    """Drop whole channels of (N, H, W, C) or (N, C, H, W); see `Dropout` for rate and seed.

    Parameters
    ----------
    data_format : {'channels_last', 'channels_first'}, optional
        Layout; None is channels last.
    """

    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Drop whole channels of (N, D, H, W, C) or (N, C, D, H, W); see `SpatialDropout2D`."""

    rank = 3


def _read_noise_shape(noise_shape: Any) -> tuple[int | None, ...] | None:
    if noise_shape is None:
        return None
    if not isinstance(noise_shape, list | tuple):
        raise ValueError(
            "noise_shape must be None or a sequence of positive integers or None; "
            f"got {show(noise_shape)}"
        )
    return tuple(
        None if entry is None else read_integer(entry, "noise_shape", least=1)
        for entry in noise_shape
    )
