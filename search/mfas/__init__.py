"""MFAS: networks of rows, each a layer that fuses one level of every modality."""
