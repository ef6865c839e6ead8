"""A trained fusion model as a folder that says all that is needed to use it."""
