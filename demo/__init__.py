"""The embedded default: one command that runs the main job on generated data."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.demo: import adf.demo")
