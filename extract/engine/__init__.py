"""Batches of clips through frozen networks, on the CPU or a GPU."""
