"""``python -m conformance`` is the command ``conformance``."""

from __future__ import annotations

from conformance.frontends.cli import main

raise SystemExit(main())
