"""Average and maximum pooling in one to three dimensions."""

from __future__ import annotations

from typing import Any

from refimpl.errors import must, must_be_one_of
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.tf._src.layers.layer import Layer
from refimpl.tf._src.layers.sizes import sizes
from refimpl.tf._src.layout import Layout, channels_last_from, check_output, same_pairs
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
        strides: Any,
        padding: Any,
        data_format: Any,
        name: str | None,
        **kwargs: Any,
    ) -> None:
        self.pool_size = sizes(pool_size, "pool_size", self.rank)
        self.strides = self.pool_size if strides is None else sizes(strides, "strides", self.rank)
        self.padding = padding.lower() if isinstance(padding, str) else padding
        must_be_one_of(self.padding, "padding", ("valid", "same"))
        self._layout = Layout(self.rank, channels_last_from(data_format))
        self.data_format = "channels_last" if self._layout.channels_last else "channels_first"
        super().__init__(name=name, **kwargs)
        self.built = True

    def check_input(self, shape: Sizes) -> None:
        """Refuse another rank, and an input without an output."""
        must(len(shape) == self.rank + 2, "inputs", f"of rank {self.rank + 2}", shape)
        must(self._layout.channels(shape) > 0, "inputs", "of one channel or more", shape)
        spatial, ones = self._layout.spatial(shape), (1,) * self.rank
        pairs = self._pairs(spatial)
        check_output("inputs", spatial, "pool_size", self.pool_size, self.strides, ones, pairs)

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Pool."""
        pairs, ones = self._pairs(self._layout.spatial(x.shape)), (1,) * self.rank
        return pool_windows(x, self._layout, self.kind, self.pool_size, self.strides, pairs, ones)

    def _pairs(self, spatial: Sizes) -> Pairs:
        if self.padding == "valid":
            return ((0, 0),) * self.rank
        return same_pairs(spatial, self.pool_size, self.strides, (1,) * self.rank)


class AveragePooling1D(_Pooling):
    """Average the windows of one dimension.

    Parameters
    ----------
    pool_size : int or tuple of int
        Extent of the window.
    strides : int or tuple of int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding is not counted.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 1
    kind = "AVG"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling2D(_Pooling):
    """Average the windows of two dimensions.

    Parameters
    ----------
    pool_size : int or tuple of two int
        Extent of the window.
    strides : int or tuple of two int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding is not counted.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 2
    kind = "AVG"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling3D(_Pooling):
    """Average the windows of three dimensions.

    Parameters
    ----------
    pool_size : int or tuple of three int
        Extent of the window.
    strides : int or tuple of three int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding is not counted.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 3
    kind = "AVG"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling1D(_Pooling):
    """Take the maximum of the windows of one dimension.

    Parameters
    ----------
    pool_size : int or tuple of int
        Extent of the window.
    strides : int or tuple of int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding never wins.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 1
    kind = "MAX"

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling2D(_Pooling):
    """Take the maximum of the windows of two dimensions.

    Parameters
    ----------
    pool_size : int or tuple of two int
        Extent of the window.
    strides : int or tuple of two int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding never wins.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 2
    kind = "MAX"

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling3D(_Pooling):
    """Take the maximum of the windows of three dimensions.

    Parameters
    ----------
    pool_size : int or tuple of three int
        Extent of the window.
    strides : int or tuple of three int, optional
        Step of the window; None is its extent.
    padding : {'valid', 'same'}
        'same' makes ceil(size / stride) windows fit; padding never wins.
    data_format : {'channels_last', 'channels_first'}, optional
        Layout of input and output; None is channels last.
    **kwargs : object
        See `Layer`.
    """

    rank = 3
    kind = "MAX"

    def __init__(
        self,
        pool_size: Any = (2, 2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)
