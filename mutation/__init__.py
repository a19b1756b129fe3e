"""Mutation testing of the project's own code: break one expression, see who notices."""
