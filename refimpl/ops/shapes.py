"""What `refimpl.ops.norm` still imports from here; it moves to `refimpl._arguments`."""

from refimpl._arguments import check_broadcasts_to as check_broadcasts_to
from refimpl._arguments import check_companion as check_companion
from refimpl._arguments import check_shape as check_shape
