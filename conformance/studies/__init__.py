"""Studies of many claims at once: mutants, false alarms, accuracy, tolerances, a survey."""
