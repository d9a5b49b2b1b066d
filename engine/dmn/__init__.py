"""Decision tables and literal expressions on top of FEEL."""

from engine.dmn.evaluate import Decisions, decisions_of
from engine.dmn.explain import Row, Test

__all__ = ["Decisions", "Row", "Test", "decisions_of"]
