"""The text of a failure, and the command that repeats it."""

from __future__ import annotations

import math
import shlex


def rerun_command(aspect: str, claim: str, subject: str | None = None, seed: int = 0) -> str:
    """
    Give the shell command that runs one claim again.

    Parameters
    ----------
    aspect : str
        The claim's aspect.
    claim : str
        The claim's id.
    subject : str, optional
        To be given for a subject that is not one of the default ones: only then does the command
        need to name it.
    seed : int
        What the inputs were drawn from; 0 is the published matrix.

    Returns
    -------
    str
        The command, quoted where the shell needs it.
    """
    command = ["python", "-m", "conformance"]
    if subject is not None:
        command += ["--subject", subject]
    if seed:
        command += ["--input-seed", str(seed)]
    return shlex.join([*command, "--claim", f"{aspect}/{claim}"])


def rerun_line(rerun: str) -> str:
    """
    Give the last line of a message.

    Parameters
    ----------
    rerun : str
        The command that runs the claim again.

    Returns
    -------
    str
        The command behind its label.
    """
    return f"{'again':<8}  {rerun}"


def failure_message(
    call: str,
    index: object,
    got: object,
    expected: object,
    bound: object,
    k: float,
    limit: float,
    rerun: str,
    mistake: str = "",
) -> str:
    """
    Lay out a failed comparison for a reader.

    Parameters
    ----------
    call : str
        The call as the subject received it; may have several lines.
    index : object
        Index of the worst element, e.g. ``(0, 1, 2, 0)``, or a word where there is no such thing.
    got, expected : object
        The worst element and what the oracle says about it.
    bound : object
        How far from `expected` an honest implementation can be at ``K = 1``.
    k, limit : float
        The error in units of the bound, and the largest one allowed.
    rerun : str
        The command that runs this claim again; see `rerun_command`.
    mistake : str
        Which mistake has these numbers, if one is known.

    Returns
    -------
    str
        Seven to nine lines, labels in one column.

    Examples
    --------
    >>> print(failure_message("relu(x)", (0, 2), 1.5, 1.25, 0.125, 2.0, 1.0, "again"))
    call      relu(x)
    worst at  (0, 2)
    got       1.5
    expected  1.25
    off by    0.25
    bound     0.125
    K         2 (limit 1)
    again     again
    """
    rows = [("call", call), ("worst at", index), ("got", got), ("expected", expected)]
    distance = _distance(got, expected)
    if distance is not None:
        rows.append(("off by", distance))
    rows += [("bound", bound), ("K", f"{k:.4g} (limit {limit:.4g})")]
    if mistake:
        rows.append(("mistake", f"These are the numbers of this one: {mistake}"))
    rows.append(("again", rerun))
    return "\n".join(f"{label:<8}  {_indent(value)}" for label, value in rows)


def _indent(value: object) -> str:
    return str(value).replace("\n", "\n" + " " * 10)


def _distance(got: object, expected: object) -> str | None:
    """Give the error in words, or None where the two are not finite numbers."""
    try:
        distance = abs(float(got) - float(expected))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return f"{distance:.4g}" if math.isfinite(distance) else None
