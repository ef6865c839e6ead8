"""Side-by-side measurements: each prints ratios of one run and writes one small JSON file."""
