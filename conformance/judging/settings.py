"""Settings of the environment under which the suite's records of a framework do not hold."""

from __future__ import annotations

import os
from collections.abc import Iterable

_ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
_OFF = ("0", "false")


def describe_setting(subjects: Iterable[str]) -> str:
    """Name the setting that makes a built-in subject another one than the records speak about.

    Parameters
    ----------
    subjects : iterable of str
        Names of subjects.

    Returns
    -------
    str
        A sentence; empty if there is no such setting.
    """
    value = os.environ.get(_ONEDNN, "")
    if "tensorflow" not in subjects or value.lower() not in _OFF:
        return ""
    return (
        f"{_ONEDNN}={value} is set: TensorFlow computes without oneDNN, and the records about it"
        " hold with oneDNN, as it is by default"
    )
