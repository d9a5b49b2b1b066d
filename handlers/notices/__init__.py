"""Messages to enterprises and staff, and public notices (公示)."""
