"""Limits of time and memory for what runs in another process."""

from __future__ import annotations

import contextlib
import importlib.util
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How much a question may cost.

    Attributes
    ----------
    seconds : float
        How long each thing may take that is announced while a question is answered.
    memory : int or None
        How many bytes may be allocated in all; None for any number.
    answer : int
        How many bytes the arrays of one answer may have.
    """

    seconds: float = 60.0
    memory: int | None = None
    answer: int = 1 << 30

    def __post_init__(self) -> None:
        """Refuse limits that nothing could keep."""
        if not self.seconds > 0:
            raise ValueError(f"seconds must be positive; got {self.seconds!r}")
        if self.memory is not None and not self.memory > 0:
            raise ValueError(f"memory must be positive, or None; got {self.memory!r}")
        if not self.answer > 0:
            raise ValueError(f"answer must be positive; got {self.answer!r}")
        if self.memory is not None and importlib.util.find_spec("resource") is None:
            raise ValueError("memory must be None: this system does not limit a process's memory")

    @classmethod
    def read(cls, seconds: float, memory: str | None, answer: str | None = None) -> Limits:
        """Read them as a user writes them.

        Parameters
        ----------
        seconds : float
            The limit of time.
        memory, answer : str or None
            The limits of memory and of an answer, such as '512M' or '4G'; None for the usual one.

        Returns
        -------
        Limits

        Raises
        ------
        ValueError
            If they cannot be followed; begins with the option's name.
        """
        if not seconds > 0:
            raise ValueError(f"--time-limit must be positive; got {seconds:g}")
        sizes = {"memory": memory, "answer": answer}
        given = {
            name: _read_size(f"--{name}-limit", size)
            for name, size in sizes.items()
            if size is not None
        }
        return cls(seconds, **given)

    def restrict_memory(self) -> None:
        """Limit what this process may allocate; what is only reserved does not count."""
        if self.memory is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, (self.memory, self.memory))


def disable_core_dumps() -> None:
    """Let this process leave no file behind when it crashes."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_size(option: str, text: str) -> int:
    size = re.fullmatch(r"(\d+)([KMGT]?)", text.strip().upper())
    if size is None or not int(size[1]):
        raise ValueError(
            f"{option} must be a number of bytes, or one with K, M, G or T; got {text!r}"
        )
    return int(size[1]) << 10 * " KMGT".index(size[2] or " ")
