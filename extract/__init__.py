"""Video to features: decode, render modalities, run frozen backbones, fill the cache."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.extract: import adf.extract")
