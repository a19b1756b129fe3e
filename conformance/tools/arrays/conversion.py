"""Arrays of any library as NumPy's, by what the library itself offers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.text import message_of
from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]


def is_array_like(value: Any) -> bool:
    """Whether a value is an array of some library, or NumPy's.

    Parameters
    ----------
    value : object
        An argument of a call.

    Returns
    -------
    bool
    """
    return not isinstance(value, type) and (
        isinstance(value, np.ndarray | np.generic)
        or hasattr(value, "__array__")
        or hasattr(value, "__dlpack__")
    )


def to_numpy(value: Any, name: str) -> Array:
    """Copy an array to NumPy, from whatever library and device.

    Parameters
    ----------
    value : array_like
        An array of NumPy, torch, TensorFlow or JAX, or one with DLPack or `__array__`; a number
        or nested lists of numbers.
    name : str
        The argument's name, for an error.

    Returns
    -------
    ndarray
        bfloat16 as ml_dtypes has it.

    Raises
    ------
    TypeError
        If it is nothing of the kind, or holds no numbers.
    """
    try:
        array = _convert(value)
    except Exception as error:
        kind = type(value)
        raise TypeError(
            f"{name} must be an array; got {kind.__module__}.{kind.__qualname__}, which cannot be"
            f" read: {message_of(error)}"
        ) from error
    if array.dtype.kind not in "biufc" and array.dtype.name != "bfloat16":
        raise TypeError(f"{name} must hold numbers; got dtype {array.dtype}")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def _convert(value: Any) -> Array:
    kind = type(value).__module__.partition(".")[0]
    if kind == "torch":
        tensor = value.detach().cpu()
        if str(tensor.dtype) == "torch.bfloat16":  # NumPy has no name for it
            bits: Array = tensor.contiguous().view(_int16_of(tensor)).numpy()
            return bits.view(float_dtype("bfloat16")).copy()
        return np.array(tensor.resolve_conj().resolve_neg().numpy())
    if hasattr(value, "__array__") or not hasattr(value, "__dlpack__"):
        return np.array(value)
    return np.array(np.from_dlpack(value))


def _int16_of(tensor: Any) -> Any:
    """Torch's int16, found without importing torch."""
    return tensor.new_empty(0).short().dtype
