"""The command line's commands, one file each: a ``main(arguments)`` that gives the exit status."""

from __future__ import annotations
