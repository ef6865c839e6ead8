"""Tests of the engine: networks, ways, slots and pooling."""
