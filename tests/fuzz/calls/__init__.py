"""Valid calls of everything that is public, hostile values, and what an answer must be."""
