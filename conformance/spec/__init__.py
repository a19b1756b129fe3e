"""The words of the suite as types: cases, calls, requests, records of divergences, mutants."""
