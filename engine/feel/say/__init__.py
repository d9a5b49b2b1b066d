"""Says a decision table's cell, an expression or a value in words, in Chinese or English."""

from __future__ import annotations

from engine.feel.say.sentences import say_expression, say_node, say_tests
from engine.feel.say.values import say_range, say_value
from engine.feel.say.words import Voice

__all__ = ["Voice", "say_expression", "say_node", "say_range", "say_tests", "say_value"]
