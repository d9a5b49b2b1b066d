"""The rules for diagrams: one in each module, and every module here is one."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from engine.lint.rule import Rule

RULES: tuple[Rule, ...] = tuple(
    import_module(f"{__name__}.{module.name}").check
    for module in sorted(iter_modules(__path__), key=lambda module: module.name)
)
