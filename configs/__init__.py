"""Presets as YAML, each holding only what differs from the defaults in the dataclasses."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.configs: import adf.configs")
