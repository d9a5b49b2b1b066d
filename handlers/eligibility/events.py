"""What makes an event one event, so that it is given once whatever the channel and the year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.runtime import Work
from handlers.eligibility.facts import known_of, stated_facts

UNKNOWN = "?"
"""Stands in a key for a fact that nobody has registered."""


def event_facts(version: Any) -> list[str]:
    """The facts whose values are the event of a version: a title is given once, not once a year."""
    return list((version.exclusivity or {}).get("event_facts") or [])


def event_key(
    work: Work, version: Any, enterprise_id: UUID, stated: Mapping[str, Any], event_date: date
) -> str:
    """The key of an event, by the facts known on its date and what is stated. Raises NotFound.

    By `exclusivity` of the version: the values of `event_facts`; else the input that `event_key`
    names, or `once`; else the year.
    """
    if not event_facts(version):
        return key_of(version, stated, event_date)
    known = known_of(work, enterprise_id, event_date)
    facts = {**known.facts, **stated_facts(dict(stated), version.inputs, known.facts)}
    return key_of(version, {name: fact.value for name, fact in facts.items()}, event_date)


def key_of(version: Any, names: Mapping[str, Any], event_date: date) -> str:
    """The same with the facts at hand, by name."""
    titles = event_facts(version)
    if titles:
        return ";".join(f"{name}:{_plain(names.get(name))}" for name in titles)
    rule = str((version.exclusivity or {}).get("event_key", ""))
    if rule == "once":
        return "once"
    if rule and names.get(rule) not in (None, ""):
        return f"{rule}:{str(names[rule]).strip()}"
    return str(event_date.year)


def unknown_facts(version: Any, key: str) -> list[str]:
    """The event facts that a key lacks."""
    parts = key.split(";")
    return [name for name in event_facts(version) if f"{name}:{UNKNOWN}" in parts]


def _plain(value: Any) -> str:
    """One spelling for one value, else 10 and 10.00 would be two events."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else str(value).strip()
