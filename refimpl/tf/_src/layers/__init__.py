"""The layers of `keras.layers`, a file for each family."""
