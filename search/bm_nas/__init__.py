"""BM-NAS: cells that take two features of any modality, made of steps that take two states."""
