"""What convolution and pooling share: their padding, and TensorFlow's kernels for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.spec.call import Unsupported
from conformance.spec.case import Case
from conformance.spec.processor import has_float16_arithmetic
from refimpl.ops.windows import same_padding


def padding_pairs(
    config: Mapping[str, Any], spatial: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Resolve a case's padding for an input of some size.

    Parameters
    ----------
    config : mapping
        A windowed layer's configuration.
    spatial : tuple of int
        The spatial shape of the input.

    Returns
    -------
    tuple of pair
    """
    padding = config["padding"]
    kernel, stride = config["kernel"], config["stride"]
    dilation = config.get("dilation", (1,) * len(kernel))
    if padding == "same":
        return tuple(map(same_padding, spatial, kernel, stride, dilation))
    if padding == "causal":
        return tuple(((k - 1) * d, 0) for k, d in zip(kernel, dilation, strict=True))
    explicit: tuple[tuple[int, int], ...] = padding
    return explicit


def torch_padding(config: Mapping[str, Any]) -> Any:
    """Say a case's padding in PyTorch's words.

    Parameters
    ----------
    config : mapping
        A windowed layer's configuration.

    Returns
    -------
    str or tuple of int

    Raises
    ------
    Unsupported
        If PyTorch has no words for it.
    """
    padding = config["padding"]
    if padding == "same":
        return padding
    if padding == "causal":
        raise Unsupported("PyTorch has no causal padding; pad the input instead")
    if any(before != after for before, after in padding):
        raise Unsupported("PyTorch pads both sides alike; pad the input instead")
    return tuple(before for before, _ in padding)


def has_explicit_padding(case: Case) -> bool:
    """Whether there is padding that is given in numbers."""
    padding = case.config["padding"]
    return not isinstance(padding, str) and any(pair != (0, 0) for pair in padding)


def lacks_onednn(case: Case) -> bool:
    """Whether oneDNN has no kernel for the dtype on any machine, so that TensorFlow's own is used.

    See `lacks_onednn_here`.
    """
    return case.dtype in ("float16", "float64")


def lacks_onednn_here(case: Case) -> bool:
    """Whether it has none on this one: of convolution and max pooling, float16 has on some."""
    return case.dtype == "float64" or (case.dtype == "float16" and not has_float16_arithmetic())
