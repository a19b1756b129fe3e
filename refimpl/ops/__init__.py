"""The mathematics: framework-neutral, channels first, every op returns `(output, vjp)`."""

from __future__ import annotations
