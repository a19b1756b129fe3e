"""How accurate activations are in float32, input by input: units in the last place, and K."""
