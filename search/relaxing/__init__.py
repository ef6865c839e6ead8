"""Search by a supernet: its training, the guards around it, and what is watched meanwhile."""
