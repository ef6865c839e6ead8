"""The fusion bench: every network of a small space trained, and searches measured against it."""
