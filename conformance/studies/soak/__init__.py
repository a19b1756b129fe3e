"""Judges the claims again under other seeds, and looks for false alarms."""
