"""Digits that are seen and heard."""
