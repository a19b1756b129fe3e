"""
Subjects in processes of their own, of which the judge hears what they answer and nothing else.

`Isolation` loads a reference in a guarded process and gives a `RemoteSubject`, which is asked like
any other. In that process a `service` asks the real one. What comes back are values and arrays
(`values`): no object, no code, and no verdict.
"""

from __future__ import annotations

from conformance.subjects.remote.isolation import Isolation
from conformance.subjects.remote.subject import RemoteSubject

__all__ = ["Isolation", "RemoteSubject"]
