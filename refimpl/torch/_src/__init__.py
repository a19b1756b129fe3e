"""The code behind `refimpl.torch`; its public names are listed by the modules one imports from."""
