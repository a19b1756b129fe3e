"""A study of published tolerances beside the derived bounds, on the same answers."""
