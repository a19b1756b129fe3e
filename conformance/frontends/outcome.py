"""Ends a pytest test as a verdict says."""

from __future__ import annotations

import pytest

from conformance.judging.verdict import Record, Verdict


def end_test(record: Record) -> None:
    """End the running test as a verdict says; only a pass returns.

    Parameters
    ----------
    record : Record
        The judged claim. What is unsupported skips, what is expected is an expected failure, and
        everything else that does not pass fails with its message.
    """
    if record.verdict is Verdict.UNSUPPORTED:
        raise pytest.skip.Exception(record.message)
    if record.verdict is Verdict.EXPECTED:
        raise pytest.xfail.Exception(record.divergence or record.message, pytrace=False)
    if record.verdict is not Verdict.PASS:
        label = "" if record.verdict is Verdict.FAIL else f"{record.verdict}: "
        pytest.fail(label + record.message, pytrace=False)
