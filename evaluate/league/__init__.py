"""All methods and all baselines on one cache, each with the same allowance."""
