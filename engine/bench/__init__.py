"""Measures this engine, side by side with stock SpiffWorkflow where there is something to compare."""
