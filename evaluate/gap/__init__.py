"""The optimisation gap: what a supernet says of networks against what training says of them."""
