"""Stand-ins for outside systems, for the sample district and the tests."""
