"""The journal of a run: its records in a file beside the report, written as they come."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.report.files import check_destination, find_target, write_file
from conformance.spec.text import message_of

SUFFIX = ".partial"
# How often it is forced to the disk, in seconds: what a failure of the power may cost.
_SYNC_EVERY = 5.0
_LONGEST_NAME = 255  # in bytes, on nearly every file system


def journal_of(path: Path) -> Path:
    """
    Name the journal of a report.

    Parameters
    ----------
    path : Path
        Where the report goes.

    Returns
    -------
    Path
        Beside it, or beside its target if it is a link: its name with `SUFFIX`.

    Raises
    ------
    ValueError
        If `path` cannot be the name of a file.
    """
    target = find_target(path)
    name = os.fsencode(target.name)[: _LONGEST_NAME - len(SUFFIX)]
    return target.with_name(os.fsdecode(name) + SUFFIX)


class Journal:
    """
    The records of a run so far; what goes wrong with it does not end the run.

    Each record is one line, handed to the system at once: it outlives the process, however that
    ends. The first line says what the run set out to do.

    Parameters
    ----------
    path : Path
        Where the report goes.

    Raises
    ------
    ValueError
        If a report or its journal cannot be written there.
    """

    def __init__(self, path: Path) -> None:
        check_destination(path)
        self.path = journal_of(path)
        check_destination(self.path)
        self.trouble = ""
        self._handle: int | None = None
        self._synced = 0.0

    def start(self, planned: int, versions: Mapping[str, str | None]) -> None:
        """
        Begin; the journal of an earlier run that did not end is replaced.

        Parameters
        ----------
        planned : int
            How many claims are to be judged.
        versions : mapping
            Name -> version of what the run uses.
        """
        head = {
            "journal": 1,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "claims_planned": planned,
            "versions": dict(versions),
        }
        try:
            write_file(self.path, json.dumps(head) + "\n")
            self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        except (OSError, ValueError) as error:
            self._give_up(error)
        self._synced = time.monotonic()

    def add(self, record: Mapping[str, Any]) -> None:
        """
        Write a record.

        Parameters
        ----------
        record : mapping
            Plain JSON values, as `Record.to_json` gives them.
        """
        if self._handle is None:
            return
        line = json.dumps(record).encode() + b"\n"
        try:
            if os.write(self._handle, line) < len(line):
                raise OSError("no more fitted")
            now = time.monotonic()
            if now - self._synced > _SYNC_EVERY:
                self._synced = now
                os.fsync(self._handle)
        except OSError as error:
            self._give_up(error)

    def end(self, *, written: bool) -> None:
        """
        End.

        Parameters
        ----------
        written : bool
            Whether the report is written, so that the journal can go.
        """
        if self._handle is not None and written and self._is_ours(self._handle):
            self.path.unlink()
        self._close()

    def _is_ours(self, handle: int) -> bool:
        """Whether no other run has begun a journal there since."""
        try:
            return os.path.samestat(os.fstat(handle), os.stat(self.path))
        except OSError:
            return False

    def _give_up(self, error: Exception) -> None:
        self.trouble = f"the journal {self.path.name} could not be written: {message_of(error)}"
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
