"""Our judgement and published tolerances, on the same healthy and wrong answers."""
