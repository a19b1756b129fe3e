"""What `refimpl.ops.norm` still imports from here; it moves to `refimpl._arguments`."""

from refimpl._arguments import check_float as check_float
