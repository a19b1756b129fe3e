"""What works on one failure or one file: the reproducer, and the exchange with other languages."""
