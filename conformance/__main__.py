"""``python -m conformance`` is the command ``conformance``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HERE = os.getcwd()
if Path(_HERE) != Path(__file__).resolve().parents[1]:
    # Python looks there first. But it is where a subject lies, and a file of it that is called
    # numpy.py must not be imported by what judges it.
    sys.path[:] = [place for place in sys.path if place not in ("", _HERE)]

from conformance.frontends.cli import main  # noqa: E402

raise SystemExit(main())
