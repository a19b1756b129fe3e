"""The functions of `torch.nn.functional`, one file for each family."""
