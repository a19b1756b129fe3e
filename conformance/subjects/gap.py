"""Gaps: what a subject's author declares that it lacks; each declaration is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from conformance.spec.call import Call
from conformance.spec.text import check_pattern
from conformance.subjects.targets import suggest_targets, targets_of

Status = Literal["not implemented", "not yet", "never"]

# The same as in the schema of the files by which other languages answer.
_REASON = re.compile(r"(not implemented|not yet)(: .+)?|never: .+", re.DOTALL)


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
        for name, patterns in (
            ("target", (self.target,)),
            ("aspects", self.aspects),
            ("dtypes", self.dtypes),
        ):
            for pattern in patterns:
                check_pattern(pattern, f"{name} of a Gap")

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


def check_reason(reason: str) -> None:
    """Raise an error for a reason that does not begin with one of the statuses.

    Parameters
    ----------
    reason : str
        Why something is unsupported, as a subject says it.

    Raises
    ------
    ValueError
        If it is none that an answer may give.
    """
    if not _REASON.fullmatch(reason):
        raise ValueError(
            "the reason for what is unsupported must begin with 'not implemented', 'not yet' or"
            f" 'never', and go on after a colon; got {reason!r}"
        )


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
        It names the nearest targets.
    """
    targets = targets_of(dialect) if gaps else frozenset()  # to list them takes seconds
    for gap in gaps:
        if not any(fnmatchcase(target, gap.target) for target in targets):
            raise ValueError(
                f"a Gap's target must match something that the dialect {dialect!r} has;"
                f" got {gap.target!r}{suggest_targets(gap.target, targets)}"
            )
