"""Runs wrong implementations and counts what catches each."""
