"""Cases and answers as files: the suite for implementations in other languages.

A *pack* is a folder of questions, and a folder of *results* holds the answers. Both are JSON and
plain arrays, described in docs/file-protocol.md; the schema of the JSON is ``schema.json`` here.
"""

from __future__ import annotations

VERSION = 1
"""The version of the protocol. It changes when an old reader would misread a new pack."""


class ExchangeError(ValueError):
    """A pack or a folder of results that cannot be used; the message names the file."""
