"""Parameters that begin as matrices of a kind (torch.nn.init.eye_, dirac_, orthogonal_, sparse_).

Source: PyTorch's page `torch.nn.init`.

`tensor`, a Parameter or an array, is filled and returned. `generator`, where to draw from, is a
Generator or a numpy.random.Generator, by default the default one.
"""

from __future__ import annotations

import math

import numpy as np

from refimpl._arguments import read_integer, read_number
from refimpl._show import show
from refimpl.dtypes import is_half
from refimpl.ops.array import Sizes
from refimpl.torch._src import random
from refimpl.torch._src.init.arrays import T, array_with_axes

__all__ = ["dirac_", "eye_", "orthogonal_", "sparse_"]


def eye_(tensor: T) -> T:
    """Return the tensor, filled with the identity matrix: ones on the diagonal, zeros elsewhere.

    Parameters
    ----------
    tensor : (out, in) Parameter or array
        Filled.

    Raises
    ------
    ValueError
        If it does not have two axes.
    """
    array = array_with_axes(tensor, range(2, 3), "two axes, (out, in)")
    array[...] = np.eye(*array.shape, dtype=array.dtype)
    return tensor


def dirac_(tensor: T, groups: int = 1) -> T:
    """Return the weight of a convolution, which lets as many channels as it can through unchanged.

    Parameters
    ----------
    tensor : (out, in / groups, *kernel) Parameter or array
        Filled; of one to three spatial axes.
    groups : int, default 1
        How many groups of channels; each begins with the identity.

    Raises
    ------
    ValueError
        If it does not have three to five axes, or `groups` does not divide the first.
    """
    array = array_with_axes(tensor, range(3, 6), "three to five axes, (out, in, *kernel)")
    out = array.shape[0]
    if out % read_integer(groups, "groups", least=1):
        raise ValueError(f"groups must be a divisor of tensor.shape[0], {out}; got {show(groups)}")
    centre: Sizes = tuple(size // 2 for size in array.shape[2:])
    array[...] = 0.0
    for start in range(0, out, out // groups or 1):
        for channel in range(min(out // groups, array.shape[1])):
            array[(start + channel, channel, *centre)] = 1.0
    return tensor


def orthogonal_(tensor: T, gain: float = 1, generator: random.Source = None) -> T:
    """Return the tensor as a random matrix whose rows or columns, the fewer, are orthonormal.

    Parameters
    ----------
    tensor : (out, *in) Parameter or array
        Filled; the axes after the first count as one.
    gain : float, default 1
        A factor.

    Raises
    ------
    TypeError
        If it is of a half type, for which torch has no QR decomposition.
    ValueError
        If it has fewer than two axes.

    Notes
    -----
    The QR decomposition of a matrix of normal numbers, which are torch's, bit for bit; the signs
    of the diagonal of R go into Q, which makes it uniform over the orthogonal matrices. The
    decomposition is LAPACK's, whose rounding depends on its build and its threads, in torch too:
    the result is equal to torch's up to rounding, not bit for bit.
    Source: A. Saxe, J. McClelland and S. Ganguli, *Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks*, 2014; F. Mezzadri, *How to generate random matrices
    from the classical compact groups*, 2007.
    """
    array = array_with_axes(tensor, range(2, 65), "two axes or more, (out, *in)")
    if is_half(array.dtype):
        raise TypeError(f"tensor must be of float32 or float64; got {array.dtype.name}")
    if array.size == 0:
        return tensor
    gain = read_number(gain, "gain")
    rows = array.shape[0]
    drawn = random.draw_normal((rows, array.size // rows), 0.0, 1.0, array.dtype, generator)
    wide = drawn.shape[0] < drawn.shape[1]
    q, r = np.linalg.qr(drawn.T if wide else drawn)
    q = q * np.sign(np.diagonal(r))
    with np.errstate(over="ignore", invalid="ignore"):
        array[...] = (q.T if wide else q).reshape(array.shape) * gain
    return tensor


def sparse_(tensor: T, sparsity: float, std: float = 0.01, generator: random.Source = None) -> T:
    """Return the tensor with normal draws of mean 0, and zeros at random places of each column.

    Parameters
    ----------
    tensor : (out, in) Parameter or array
        Filled.
    sparsity : float
        The share of zeros in a column, in [0, 1]; their number is rounded up.
    std : float, default 0.01
        The standard deviation of the others.
    generator : Generator or numpy.random.Generator, optional
        Where to draw from; as in torch, the places of the zeros always come from the default one.

    Raises
    ------
    ValueError
        If it does not have two axes, or `sparsity` is outside [0, 1].

    Notes
    -----
    Source: J. Martens, *Deep learning via Hessian-free optimization*, 2010.
    """
    array = array_with_axes(tensor, range(2, 3), "two axes, (out, in)")
    sparsity = read_number(sparsity, "sparsity", least=0, most=1)
    rows, columns = array.shape
    zeros = math.ceil(sparsity * rows)
    random.normal_(array, 0.0, std, generator)
    for column in range(columns):
        array[random.permutation(rows)[:zeros], column] = 0.0
    return tensor
