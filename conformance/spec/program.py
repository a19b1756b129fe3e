"""A program: what is asked of a whole namespace, where a case is asked of one layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from conformance.spec import regimes
from conformance.spec.call import Call, Unsupported
from conformance.spec.case import Array
from refimpl.dtypes import float_dtype

Kind = Literal["chapter", "seeded", "trajectory", "errors"]


# Compared by identity, as cases are.
@dataclass(frozen=True, eq=False)
class Program:
    """A short program on a subject's namespace, and its name in the matrix.

    Attributes
    ----------
    kind : {'chapter', 'seeded', 'trajectory', 'errors'}
        A statement of the chapter, a draw, a training run, or a bad call; also its row in the
        matrix and its aspect.
    words : tuple of str
        What distinguishes it from others of its kind, in words for its id.
    content : object
        What its check reads: a `Statement`, a `Draw`, a `TrainingRun` or a `BadCall`.
    hunts : str
        Which mistakes it is there to catch.
    form : str
        The name of its one form.
    dialects : tuple of str
        Whose namespaces it is written for.
    refusal : str
        What is said of a subject of another dialect.
    compared_with_refimpl : bool
        Whether refimpl's own answer is what the others' are compared with.
    seed : int
        The seed of a whole run; 0 is the published matrix.
    """

    kind: Kind
    words: tuple[str, ...]
    content: Any
    hunts: str
    form: str
    dialects: tuple[str, ...] = ("torch", "tf")
    refusal: str = ""
    compared_with_refimpl: bool = False
    seed: int = 0

    regime: ClassVar[str] = "normal"
    dtype: ClassVar[str] = "float32"

    @property
    def layer(self) -> str:
        """Its row in the matrix."""
        return self.kind

    @property
    def id(self) -> str:
        """The program's name, which reads as a sentence and keys what it draws."""
        return "-".join((self.kind, *self.words, self.regime, self.dtype))

    def draw_like(self, name: str, shape: tuple[int, ...]) -> Array:
        """Draw an array of normal numbers.

        Parameters
        ----------
        name : str
            Keys the draw, with the program's id and seed.
        shape : tuple of int
            Its shape.

        Returns
        -------
        ndarray
        """
        key = f"{self.seed}/{self.id}/{name}/0"
        return regimes.draw(key, shape, self.regime, float_dtype(self.dtype), {})

    def translate(self, dialect: str) -> Call:
        """Put the program into a dialect's words: it is called by the dialect's name alone.

        Parameters
        ----------
        dialect : str
            Whose namespace.

        Returns
        -------
        Call

        Raises
        ------
        Unsupported
            If it is written for another.
        """
        if dialect not in self.dialects:
            raise Unsupported(self.refusal)
        return Call(dialect, "function", {}, ())

    def with_seed(self, seed: int) -> Program:
        """The same program under another seed.

        Parameters
        ----------
        seed : int
            The seed.

        Returns
        -------
        Program
        """
        return replace(self, seed=seed)
