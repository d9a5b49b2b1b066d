"""Conditions, amounts, matching, explanation."""
