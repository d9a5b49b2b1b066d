"""Benchmarks that need the district's handlers; the others are in engine/bench."""
