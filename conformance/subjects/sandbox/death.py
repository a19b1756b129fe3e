"""The error for a process that ended before it answered."""

from __future__ import annotations

import signal


class ProcessDeath(Exception):  # noqa: N818 - the process failed, not the caller
    """A process ended without an answer.

    Parameters
    ----------
    how : str
        Such as 'was killed by SIGSEGV'.
    signal : str
        The signal that killed it, such as 'SIGSEGV'; empty if none did.
    """

    def __init__(self, how: str, signal: str = "") -> None:
        super().__init__(how)
        self.how, self.signal = how, signal

    @classmethod
    def from_status(cls, status: int) -> ProcessDeath:
        """Describe a process's exit status.

        Parameters
        ----------
        status : int
            As `subprocess` and `os.waitstatus_to_exitcode` have it: a signal's number is negative.

        Returns
        -------
        ProcessDeath
        """
        if status >= 0:
            return cls(f"ended the process with exit status {status}")
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        reason = " (as a system does that runs out of memory)" if name == "SIGKILL" else ""
        return cls(f"was killed by {name}{reason}", name)

    @classmethod
    def by_timeout(cls, seconds: float) -> ProcessDeath:
        """Describe a process that took too long.

        Parameters
        ----------
        seconds : float
            The limit.

        Returns
        -------
        ProcessDeath
        """
        return cls(f"ran longer than the limit of {seconds:g} s, and was ended")
