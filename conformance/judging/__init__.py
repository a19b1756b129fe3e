"""From a roster of subjects to records: what is claimed, what is expected, what came of it."""
