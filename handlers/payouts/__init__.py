"""Entitlements, payment orders, batches, and the bank."""
