"""What is known about each layer, one folder for each family."""
