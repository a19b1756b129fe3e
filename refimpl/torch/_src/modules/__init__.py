"""The layers of `torch.nn`, one file for each family."""
