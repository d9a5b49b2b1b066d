"""Policies, their versions and service guides."""
