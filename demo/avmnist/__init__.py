"""Digits that are seen and heard, after AV-MNIST: arrays, small encoders, and their levels."""
