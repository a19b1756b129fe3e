"""A subject that is one function: a reference says what it is to be judged as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.subjects.adapter import FunctionSubject
from conformance.subjects.tensor_kinds import JaxArrays, TensorFlowTensors, TorchTensors

# 'kernels.py:softmax as torch.nn.functional.softmax', or '… of torch' for torch's tensors.
AS, OF = " as ", " of "
KINDS: Mapping[str, type[FunctionSubject]] = {
    "numpy": FunctionSubject,
    "torch": TorchTensors,
    "tensorflow": TensorFlowTensors,
    "jax": JaxArrays,
}
_DIALECTS = {"torch.": "torch", "tf.": "tf", "tensorflow.": "tf", "keras.": "tf"}


def make_function_subject(
    function: Callable[..., Any], name: str, arrays: str = "numpy", called: str | None = None
) -> FunctionSubject:
    """Make a subject of a function.

    Parameters
    ----------
    function : callable
        Takes the arguments of the framework's function of that name.
    name : str
        What it is to be judged as, such as 'torch.nn.functional.softmax' or 'tf.nn.relu'.
    arrays : {'numpy', 'torch', 'tensorflow', 'jax'}
        Whose arrays it takes and gives.
    called : str, optional
        The subject's name; the function's own by default.

    Returns
    -------
    FunctionSubject
        It has no other function, and is asked for no other.

    Raises
    ------
    TypeError, ValueError
        If it is not a function, or the name begins with no framework's.
    """
    if not callable(function):
        raise TypeError(f"what is judged as {name} must be a function; got {function!r}")
    if arrays not in KINDS:
        raise ValueError(f"arrays must be of {', '.join(KINDS)}; got {arrays!r}")
    dialect, target = split_name(name)
    word = called or getattr(function, "__name__", "") or "function"
    plain = "".join(each if each.isalnum() or each in "_.-" else "_" for each in word)
    subject = KINDS[arrays](plain.strip("_.-") or "function", dialect, {target: function})
    subject.only = (target,)
    return subject


def split_name(name: str) -> tuple[str, str]:
    """Split the full name of a function into its dialect and the target of its calls.

    Parameters
    ----------
    name : str
        Such as 'torch.nn.functional.softmax'.

    Returns
    -------
    dialect, target : str

    Raises
    ------
    ValueError
        If it begins with no framework's name.
    """
    for start, dialect in _DIALECTS.items():
        if name.startswith(start):
            return dialect, name if start == "keras." else name.removeprefix(start)
    raise ValueError(
        f"what a function is judged as must begin with 'torch.', 'tf.' or 'keras.'; got {name!r}"
    )


def split_reference(reference: str) -> tuple[str, str, str]:
    """Split a reference into that of a function, what it is judged as, and whose arrays it takes.

    Parameters
    ----------
    reference : str
        Such as 'kernels.py:softmax as torch.nn.functional.softmax of torch'.

    Returns
    -------
    tuple of str
        'numpy' where no arrays are named.
    """
    found, _, name = reference.partition(AS)
    name, _, arrays = name.partition(OF)
    return found.strip(), name.strip(), arrays.strip() or "numpy"
