"""Context functions."""

from __future__ import annotations

from typing import Any

from engine.feel.errors import Undefined
from engine.feel.library.register import Functions
from engine.feel.values import Context, kind

FUNCTIONS = Functions()
FUNCTIONS.add(
    "get entries",
    "m: context -> list<context>",
    lambda context: [{"key": key, "value": value} for key, value in context.items()],
)


@FUNCTIONS("get value", "m: context, key: string")
def get_value(context: Context, key: str) -> Any:
    if key not in context:
        raise Undefined("unknown_entry", key)
    return context[key]


@FUNCTIONS("get value", "context: context, keys: list<string>")
def get_nested_value(context: Any, keys: list[str]) -> Any:
    if not keys:
        raise Undefined("empty_list")
    for key in keys:
        if not isinstance(context, dict) or key not in context:
            raise Undefined("unknown_entry", key)
        context = context[key]
    return context


@FUNCTIONS("context", "entries: list<context> -> context")
def context_(entries: list[Context]) -> Context:
    """A context from a list of contexts with `key` and `value`."""
    found: Context = {}
    for entry in entries:
        key = entry.get("key")
        if not isinstance(key, str) or "value" not in entry or key in found:
            raise Undefined("bad_entries")
        found[key] = entry["value"]
    return found


@FUNCTIONS("context put", "context: context, key: string, value: Any -> context")
def context_put(context: Context, key: str, value: Any) -> Context:
    return {**context, key: value}


@FUNCTIONS("context put", "context: context, keys: list<string>, value: Any -> context")
def context_put_nested(context: Context, keys: list[str], value: Any) -> Context:
    if not keys:
        raise Undefined("empty_list")
    first, *rest = keys
    if rest:
        inner = context.get(first)
        if not isinstance(inner, dict):
            raise Undefined("argument_type", "context put", first, kind(inner))
        value = context_put_nested(inner, rest, value)
    return {**context, first: value}


@FUNCTIONS("context merge", "contexts: list<context> -> context")
def context_merge(contexts: list[Context]) -> Context:
    return {key: value for context in contexts for key, value in context.items()}
