"""Processes that decode videos for one that runs networks; nothing in here imports torch."""
