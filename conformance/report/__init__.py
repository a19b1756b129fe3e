"""The report of a run: for people (terminal, Markdown, SVG) and for programs (JSON)."""
