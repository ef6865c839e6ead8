"""Genotype to numbers and models: retrain, compare, report, export, predict."""

if not __name__.startswith("adf."):
    raise ImportError("this folder is the package adf.evaluate: import adf.evaluate")
