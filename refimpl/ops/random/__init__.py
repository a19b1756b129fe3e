"""What the random draws of the frameworks have in common, framework-neutral."""
