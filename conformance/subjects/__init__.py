"""The subjects: what they are, how they are found and asked. Frameworks are imported here alone."""
