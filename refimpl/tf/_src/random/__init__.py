"""The numbers that TensorFlow draws on a CPU, bit for bit, in NumPy alone.

`philox` makes random words of a key and a counter, `numbers` floats and integers of words,
`distributions` uniform and normal draws of those, `gammas` and `binomials` what is drawn by
rejection; `stateless`, `stateful` and `generator` say which key and counter a call begins with.
Normal draws depend on the C library: `refimpl.ops.random.glibc` says which is modelled.

What is not: Threefry, which TensorFlow's CPU kernels refuse too, and what XLA draws, for it makes
its floats of other bits of the words. TensorFlow's pages of the module `tf.random`.
"""
