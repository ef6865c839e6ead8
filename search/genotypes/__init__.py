"""What can be found, and what was: spaces and genotypes, drawn, compared, read from elsewhere."""
