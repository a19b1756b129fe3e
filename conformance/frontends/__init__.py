"""The ways to run the suite: from Python, with pytest and from the command line; templates."""
