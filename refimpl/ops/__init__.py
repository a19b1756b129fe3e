"""The mathematics: framework-neutral, channels first, explicit padding, every op `(output, vjp)`."""

from __future__ import annotations
