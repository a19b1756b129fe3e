"""Pooling layers (torch.nn.AvgPool1d to MaxPool3d)."""

from __future__ import annotations

from typing import ClassVar

from refimpl._arguments import read_flag
from refimpl.torch._src.arguments import Ints
from refimpl.torch._src.functional import pooling
from refimpl.torch._src.modules.function import FunctionModule

__all__ = ["AvgPool1d", "AvgPool2d", "AvgPool3d", "MaxPool1d", "MaxPool2d", "MaxPool3d"]


class AvgPool1d(FunctionModule):
    """Average over a window that slides along one axis; see `AvgPool2d` for the parameters."""

    _function = pooling.avg_pool1d
    _options = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
    _shown = ("kernel_size", "stride", "padding")

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        kernel, step, pads, _ = pooling.read_geometry(1, kernel_size, stride, padding)
        self.kernel_size = kernel
        self.stride = () if pooling.is_empty(stride) else step
        self.padding = pads
        self.ceil_mode = read_flag(ceil_mode, "ceil_mode")
        self.count_include_pad = read_flag(count_include_pad, "count_include_pad")


class _AvgPoolNd(FunctionModule):
    """What the average poolings of two and three spatial axes share."""

    _n: ClassVar[int]
    _options = (*AvgPool1d._options, "divisor_override")
    _shown = AvgPool1d._shown

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        pooling.read_geometry(self._n, kernel_size, stride, padding)
        pooling.check_divisor(divisor_override)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = read_flag(ceil_mode, "ceil_mode")
        self.count_include_pad = read_flag(count_include_pad, "count_include_pad")
        self.divisor_override = divisor_override


class AvgPool2d(_AvgPoolNd):
    """Average over a window that slides over two axes; see `functional.avg_pool2d`.

    The parameters are those of the function, and are checked at once.
    """

    _n = 2
    _function = pooling.avg_pool2d


class AvgPool3d(_AvgPoolNd):
    """Average over a window that slides over three axes; see `AvgPool2d` for the parameters."""

    _n = 3
    _function = pooling.avg_pool3d


class _MaxPoolNd(FunctionModule):
    """What the maximum poolings of one, two and three spatial axes share."""

    _n: ClassVar[int]
    _options = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
    _shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        pooling.read_geometry(self._n, kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = read_flag(return_indices, "return_indices")
        self.ceil_mode = read_flag(ceil_mode, "ceil_mode")


class MaxPool1d(_MaxPoolNd):
    """Take maxima over a window along one axis; see `MaxPool2d` for the parameters."""

    _n = 1
    _function = pooling.max_pool1d


class MaxPool2d(_MaxPoolNd):
    """Take the maximum over a window that slides over two axes; see `functional.max_pool2d`.

    The parameters are those of the function, and are checked at once.
    """

    _n = 2
    _function = pooling.max_pool2d


class MaxPool3d(_MaxPoolNd):
    """Take maxima over a window over three axes; see `MaxPool2d` for the parameters."""

    _n = 3
    _function = pooling.max_pool3d
