"""Gaps: what a subject's author declares that it lacks; each declaration is checked."""

from __future__ import annotations

import contextlib
import difflib
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import layer_cases
from conformance.spec.call import Call, Unsupported

Status = Literal["not implemented", "not yet", "never"]


def applies_always(call: Call) -> bool:
    """Apply to every call.

    Parameters
    ----------
    call : Call
        Any call.

    Returns
    -------
    bool
    """
    return True


@dataclass(frozen=True)
class Gap:
    """Something that a subject does not do.

    Each claim that a gap covers is tried all the same. Where it fails or raises, the verdict is
    `unsupported`, with the gap's words for a reason. Where it holds, the gap is `stale`: a
    failure, until it is narrowed or taken out.

    Attributes
    ----------
    target : str
        What is lacking, by its dotted name in the dialect: a pattern as in a shell, such as
        'nn.Conv3d' or 'nn.functional.*_pool?d'.
    status : {'not implemented', 'not yet', 'never'}
        'not implemented' is the author's to do, 'not yet' is upstream's, 'never' is by design.
    reason : str
        A sentence; only 'not implemented' may go without.
    aspects, dtypes : tuple of str
        Patterns of the aspects and float dtypes that are concerned; all of them by default.
    when : callable
        Which calls are concerned, such as ``lambda call: call.arguments["dilation"] != (1, 1)``.
    """

    target: str
    status: Status
    reason: str = ""
    aspects: tuple[str, ...] = ("*",)
    dtypes: tuple[str, ...] = ("*",)
    when: Callable[[Call], bool] = applies_always

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            allowed = ", ".join(map(repr, get_args(Status)))
            raise ValueError(f"status of a Gap must be one of {allowed}; got {self.status!r}")
        if not self.reason and self.status != "not implemented":
            raise ValueError(f"a Gap that is {self.status!r} needs a reason; got none")
        for name in ("aspects", "dtypes"):
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name} of a Gap must be a tuple of str, such as ('gradient',)")

    @property
    def sentence(self) -> str:
        """The reason as it is reported, which begins with the status."""
        return f"{self.status}: {self.reason}" if self.reason else self.status

    def covers(self, call: Call, aspect: str, dtype: str) -> bool:
        """Whether the gap covers a claim.

        Parameters
        ----------
        call : Call
            The claim's call.
        aspect, dtype : str
            What is looked at, and the case's float dtype.

        Returns
        -------
        bool
        """
        return (
            fnmatchcase(call.target, self.target)
            and any(fnmatchcase(aspect, pattern) for pattern in self.aspects)
            and any(fnmatchcase(dtype, pattern) for pattern in self.dtypes)
            and self.when(call)
        )


@functools.cache
def targets_of(dialect: str) -> frozenset[str]:
    """Return the targets of all calls that a dialect has.

    Parameters
    ----------
    dialect : str
        'torch' or 'tf'.

    Returns
    -------
    frozenset of str
        The targets of all calls.
    """
    found = set()
    for case in layer_cases():
        for translate in DIALECTS[dialect].forms[case.layer].values():
            with contextlib.suppress(Unsupported):
                found.add(translate(case).target)
    return frozenset(found)


def check_gaps(gaps: Sequence[Gap], dialect: str) -> None:
    """Raise an error for a gap that covers nothing, such as a misspelled one.

    Parameters
    ----------
    gaps : sequence of Gap
        What a subject lacks.
    dialect : str
        Its dialect.

    Raises
    ------
    ValueError
        It names the nearest target.
    """
    for gap in gaps:
        if not any(fnmatchcase(target, gap.target) for target in targets_of(dialect)):
            near = difflib.get_close_matches(gap.target, sorted(targets_of(dialect)), n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(
                f"a Gap's target must match something that the dialect {dialect!r} has;"
                f" got {gap.target!r}{meant}"
            )
