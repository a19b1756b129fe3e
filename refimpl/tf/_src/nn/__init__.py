"""The functions of `tf.nn`, a file for each family."""
