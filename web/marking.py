"""Marks texts for the catalogue."""


def N_(text: str) -> str:
    """Marks a text for translation where it is written; it is translated where it is shown."""
    return text
