"""Questions about many claims at once: what catches a mistake, false alarms, accuracy, tolerances, a survey."""
