"""Decision tables and literal expressions on top of FEEL."""

from engine.dmn.evaluate import Decisions, decisions_of

__all__ = ["Decisions", "decisions_of"]
