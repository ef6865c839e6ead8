"""Features to genotype: fusion spaces, cells, search methods and trials."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.search: import adf.search")
