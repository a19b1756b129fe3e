"""How people reach the suite: Python, pytest, the command line, and the templates they start from."""
