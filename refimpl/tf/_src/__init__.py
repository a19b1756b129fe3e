"""The code behind the faces of `refimpl.tf`; each file's `__all__` is what a face shows."""
