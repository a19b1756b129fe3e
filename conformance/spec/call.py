"""The words of a translation: a call, the slots its arrays go to, and how they are moved there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from conformance.spec.case import Case

Array = npt.NDArray[Any]
Role = Literal["input", "parameter", "buffer", "constant"]

# Ends the name of a form that is another one, but with the channels first.
CHANNELS_FIRST = "_ncx"


class Unsupported(Exception):  # noqa: N818 - it is an answer, not an error
    """The dialect has no way to say this case; the message says what it lacks."""


class Move(Protocol):
    """A change of layout that can be undone."""

    def to(self, array: Array) -> Array:
        """Bring a neutral array into the dialect's layout."""

    def back(self, array: Array) -> Array:
        """Bring the dialect's array back into the neutral layout."""


@dataclass(frozen=True)
class Keep:
    """The layouts are the same."""

    def to(self, array: Array) -> Array:
        """Return the array."""
        return array

    def back(self, array: Array) -> Array:
        """Return the array."""
        return array


@dataclass(frozen=True)
class Transposed:
    """The dialect's axes are the neutral ones in another order.

    Attributes
    ----------
    axes : tuple of int
        The neutral axis at each place of the dialect's.
    """

    axes: tuple[int, ...]

    def to(self, array: Array) -> Array:
        """Permute the axes."""
        return array.transpose(self.axes)

    def back(self, array: Array) -> Array:
        """Permute them back."""
        return array.transpose(tuple(int(axis) for axis in np.argsort(self.axes)))


@dataclass(frozen=True)
class Reshaped:
    """The same elements in the same order under another shape.

    Attributes
    ----------
    neutral, dialect : tuple of int
        The two shapes.
    """

    neutral: tuple[int, ...]
    dialect: tuple[int, ...]

    def to(self, array: Array) -> Array:
        """Take the dialect's shape."""
        return array.reshape(self.dialect)

    def back(self, array: Array) -> Array:
        """Take the neutral shape."""
        return array.reshape(self.neutral)


KEEP = Keep()


@dataclass(frozen=True)
class Slot:
    """Where one array of the case goes.

    Attributes
    ----------
    array : str
        Its neutral name.
    name : str
        Its name in the dialect: a keyword of a function, a parameter or buffer of a class.
    role : {'input', 'parameter', 'buffer', 'constant'}
        'input' is passed when the layer is called, 'parameter' and 'buffer' are assigned to a
        class (and passed to a function), 'constant' is passed to the constructor (and to a
        function) and never differentiated.
    move : Move
        How it gets there.
    differentiated : bool
        Whether its gradient is taken, if it holds floats.
    """

    array: str
    name: str
    role: Role = "input"
    move: Move = KEEP
    differentiated: bool = True

    @property
    def has_gradient(self) -> bool:
        """Whether a gradient is taken with respect to it."""
        return self.differentiated and self.role in ("input", "parameter")


@dataclass(frozen=True)
class Result:
    """One array that a call returns.

    Attributes
    ----------
    name : str
        Its neutral name.
    move : Move
        How it got out of the neutral layout.
    differentiated : bool
        Whether a cotangent flows in here.
    """

    name: str = "output"
    move: Move = KEEP
    differentiated: bool = True


@dataclass(frozen=True)
class Owned:
    """A parameter or buffer that a class must own.

    Attributes
    ----------
    name : str
        Its name.
    shape : tuple of int
        Its shape.
    dtype : str
        Its dtype's name.
    trainable : bool
        A parameter (true), or a buffer or non-trainable weight.
    initial : float or None
        The value all its elements start from; None if they are random.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool
    initial: float | None = None


OUTPUT = (Result(),)


@dataclass(frozen=True)
class Call:
    """A case in one form of one dialect.

    Attributes
    ----------
    target : str
        The dotted name below the subject's root, such as 'nn.Conv2d'.
    kind : {'function', 'class'}
        How it is used.
    arguments : mapping
        Keyword arguments other than arrays: of the function, or of the constructor.
    slots : tuple of Slot
        Where the arrays go; inputs of a class in the order of its call.
    results : tuple of Result
        What is returned, in order.
    training : bool or None
        The mode; None where the form has none.
    conventions : mapping
        What the dialect decides where the case leaves it open; added to its configuration.
    owned : tuple of Owned
        What an instance owns, in order; only for classes.
    """

    target: str
    kind: Literal["function", "class"]
    arguments: Mapping[str, Any]
    slots: tuple[Slot, ...]
    results: tuple[Result, ...] = OUTPUT
    training: bool | None = None
    conventions: Mapping[str, Any] = field(default_factory=dict)
    owned: tuple[Owned, ...] = ()

    @property
    def arrays(self) -> frozenset[str]:
        """The neutral names of the arrays the call takes."""
        return frozenset(slot.array for slot in self.slots)


Translate = Callable[[Case], Call]


@dataclass(frozen=True)
class Dialect:
    """A family of subjects that are called alike.

    Attributes
    ----------
    name : str
        'torch' or 'tf'.
    forms : mapping
        Layer -> {form: translation}. A translation raises `Unsupported` for a case it cannot
        say.
    """

    name: str
    forms: Mapping[str, Mapping[str, Translate]]

    def translate(self, case: Case, form: str) -> Call:
        """Put a case into the dialect's words.

        Parameters
        ----------
        case : Case
            The case.
        form : str
            One of the forms of its layer.

        Returns
        -------
        Call

        Raises
        ------
        Unsupported
            If the form cannot say the case.
        """
        return self.forms[case.layer][form](case)


def pass_option(
    case: Case, option: str, word: str, default: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say an option, or leave it to the dialect's default, which is a convention then.

    Parameters
    ----------
    case : Case
        The case.
    option : str
        The option's neutral name.
    word : str
        What the dialect calls it.
    default : object
        What the dialect takes where it is left open.

    Returns
    -------
    arguments, conventions : dict
        What the call passes, and what the oracle is told.
    """
    if case.leaves_open(option):
        return {}, {option: default}
    return {word: case.config[option]}, {}
