"""A task's instructions: Markdown with `{{ FEEL }}`, shown as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from engine import feel
from engine.feel import FeelError
from web import display

_HOLE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|~&])")
_markdown = MarkdownIt("commonmark", {"html": False})


def render(text: str, data: dict[str, Any], functions: dict[str, Callable[..., Any]]) -> Markup:
    """The instructions for this data. A hole that cannot be computed shows a dash."""

    def fill(match: re.Match[str]) -> str:
        try:
            value = feel.parse(match.group(1).strip()).evaluate(data, functions=functions)
        except FeelError:
            value = None
        # Data come from people: they must not become links, images or headings.
        return _PUNCTUATION.sub(r"\\\1", display.plain(value))

    return Markup(_markdown.render(_HOLE.sub(fill, text)))
