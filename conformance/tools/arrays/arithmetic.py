"""What an honest implementation may do, declared and not tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.oracle.bounds import Unit

# Unit roundoffs of what hardware rounds the factors of products to.
_PRODUCTS: Mapping[str, float] = {"tfloat32": 2.0**-11, "bfloat16": 2.0**-8, "float16": 2.0**-11}
_SUMS = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic that an implementation declares, beside the dtype of its arrays.

    Attributes
    ----------
    products : {'tfloat32', 'bfloat16', 'float16'}, optional
        What the factors of products in sums are rounded to first.
    accumulates : {'float64', 'float32', 'float16', 'bfloat16'}, optional
        In what sums of products are added up; by default in the dtype, but in float32 for half
        types.
    subnormals : {'flushed'}, optional
        That subnormal numbers become zero, also in float16. In the other dtypes every
        implementation may do so.

    Raises
    ------
    ValueError
        For another word.
    """

    products: str | None = None
    accumulates: str | None = None
    subnormals: str | None = None

    def __post_init__(self) -> None:
        allowed = {"products": _PRODUCTS, "accumulates": _SUMS, "subnormals": ("flushed",)}
        for name, words in allowed.items():
            given = getattr(self, name)
            if given is not None and given not in words:
                raise ValueError(f"{name} must be one of {', '.join(words)}; got {given!r}")

    def unit(self, dtype: str) -> Unit:
        """Return the unit of error of a dtype in this arithmetic.

        Parameters
        ----------
        dtype : str
            A float dtype.

        Returns
        -------
        Unit
        """
        unit = Unit.of(dtype)
        if self.products is not None:
            unit = replace(unit, factor=_PRODUCTS[self.products])
        if self.accumulates is not None:
            sums = Unit.of(self.accumulates)
            unit = replace(unit, accumulation=sums.rounding, accumulation_overflow=sums.overflow)
        if self.subnormals is not None:
            unit = replace(unit, underflow=unit.smallest)
        return unit

    def __str__(self) -> str:
        """What is declared, in words; empty if nothing is."""
        said = []
        if self.products is not None:
            said.append(f"products of {self.products}")
        if self.accumulates is not None:
            said.append(f"sums in {self.accumulates}")
        if self.subnormals is not None:
            said.append("subnormals flushed")
        return ", ".join(said)
