"""Runs published conformance cases against this engine."""
