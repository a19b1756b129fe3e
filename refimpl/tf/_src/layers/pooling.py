"""Average and maximum pooling in one to three dimensions."""

from __future__ import annotations

from typing import Any

from refimpl._arguments import read_choice, read_sizes
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src.layers.layer import Layer, with_defaults
from refimpl.tf._src.layout import Layout, check_window_fits, read_channels_last, same_padding
from refimpl.tf._src.nn.pooling import pool_windows

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class _Pooling(Layer):
    """What all six share."""

    rank: int
    kind: str

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.pool_size = read_sizes(pool_size, "pool_size", self.rank)
        self.strides = self.pool_size
        if strides is not None:
            self.strides = read_sizes(strides, "strides", self.rank)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        read_choice(self.padding, "padding", ("valid", "same"))
        self._layout = Layout(self.rank, read_channels_last(data_format))
        self.data_format = self._layout.data_format
        super().__init__(name=name, **kwargs)
        self.built = True

    def _check_shape(self, shape: Sizes) -> None:
        if len(shape) != self.rank + 2:
            raise ValueError(f"inputs must be of rank {self.rank + 2}; got {shape}")
        if self._layout.channels(shape) < 1:
            raise ValueError(f"inputs must be of one channel or more; got {shape}")
        spatial = self._layout.spatial(shape)
        window = (self.pool_size, self.strides, (1,) * self.rank)
        check_window_fits("inputs", spatial, "pool_size", *window, self._pad(spatial))

    def _pad(self, spatial: Sizes) -> Pairs:
        if self.padding == "valid":
            return ((0, 0),) * self.rank
        return same_padding(spatial, self.pool_size, self.strides, (1,) * self.rank)

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        padding, ones = self._pad(self._layout.spatial(x.shape)), (1,) * self.rank
        window = (self.pool_size, self.strides, padding, ones)
        return pool_windows(x, self._layout, self.kind, *window)


class AveragePooling1D(_Pooling):
    """Average the windows of one dimension; see `AveragePooling2D` for the parameters."""

    rank, kind = 1, "AVG"


class AveragePooling2D(_Pooling):
    """Average the windows of two dimensions.

    Parameters
    ----------
    pool_size : int or tuple of two int
        Extent of the window.
    strides : int or tuple of two int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding is not counted, and never is a
        maximum.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    """

    rank, kind = 2, "AVG"


class AveragePooling3D(_Pooling):
    """Average the windows of three dimensions; see `AveragePooling2D` for the parameters."""

    rank, kind = 3, "AVG"


class MaxPooling1D(_Pooling):
    """Take the maximum of windows of 1 dimension; see `AveragePooling2D` for the parameters."""

    rank, kind = 1, "MAX"
    __init__ = with_defaults(_Pooling.__init__, pool_size=2)


class MaxPooling2D(_Pooling):
    """Take the maximum of windows of 2 dimensions; see `AveragePooling2D` for the parameters."""

    rank, kind = 2, "MAX"
    __init__ = with_defaults(_Pooling.__init__, pool_size=(2, 2))


class MaxPooling3D(_Pooling):
    """Take the maximum of windows of 3 dimensions; see `AveragePooling2D` for the parameters."""

    rank, kind = 3, "MAX"
    __init__ = with_defaults(_Pooling.__init__, pool_size=(2, 2, 2))
