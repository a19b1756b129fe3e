"""Speed: refimpl beside the frameworks, its pure-NumPy peers and the machine's own limits."""
