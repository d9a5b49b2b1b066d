"""demo (being written)."""

COMMANDS = ()
