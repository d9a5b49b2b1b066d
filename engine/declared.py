"""What comes in from outside is as it is declared: start data and messages' contents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from engine import definitions, forms
from engine.errors import InvalidInput
from engine.feel.types import ANY, Type
from engine.feel.values import CONTEXT, DATE, DATE_TIME, LIST, kind
from engine.lint.types import entries_of, of_annotation, spoken
from engine.runtime import Work
from engine.service_tasks import Registry

_UNKNOWN = "没有这一项"


def start_data(
    work: Work, process_id: str, data: Mapping[str, Any], begin: str = ""
) -> dict[str, Any]:
    """The data of a start, with texts read as the moments they stand for.

    They are as the registry declares them, or as the form on the start event asks for them; as they
    are, where neither does. Without `begin` it is the start event where somebody starts the process.
    Raises InvalidInput that names every field which is missing, unknown or of another type, NotFound if
    the process has not been published.
    """
    declared = work.runtime.registry.starts.get(process_id)
    if declared is not None:
        return _all(data, {name: of_annotation(hint) for name, hint in declared.items()})
    found = definitions.definition_in_force(work.connection, process_id)
    process = definitions.library(work.connection, found.release_id).process(process_id)
    path = process.start_forms.get(begin or process.by_hand)
    if path is None:
        return dict(data)
    schema = definitions.form_of(work.connection, found.release_id, path)
    keys = {component.get("key") for component in forms.walk(schema)}
    faults = {name: _UNKNOWN for name in data if name not in keys}
    if faults:
        raise InvalidInput(fields=faults)
    return forms.check_answer(schema, dict(data), {}, work.functions)


def payload(registry: Registry, message: str, contents: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a message's contents."""
    declared = registry.payloads.get(message)
    return dict(contents) if declared is None else _all(contents, entries_of(declared))


def _all(given: Mapping[str, Any], declared: Mapping[str, Type]) -> dict[str, Any]:
    faults: dict[str, str] = {}
    found = _entries(given, declared, "", faults)
    if faults:
        raise InvalidInput(fields=faults)
    return found


def _entries(
    given: Mapping[str, Any], declared: Mapping[str, Type], where: str, faults: dict[str, str]
) -> dict[str, Any]:
    faults |= {f"{where}{name}": _UNKNOWN for name in given if name not in declared}
    faults |= {f"{where}{name}": "缺少这一项" for name in declared if name not in given}
    return {
        name: _fitted(value, declared[name], f"{where}{name}", faults)
        for name, value in given.items()
        if name in declared
    }


def _fitted(value: Any, declared: Type, where: str, faults: dict[str, str]) -> Any:
    if value is None or declared == ANY:
        return value
    if declared.name in (DATE, DATE_TIME) and isinstance(value, str):
        value = _moment(value, declared.name)
    if kind(value) != declared.name:
        faults[where] = f"应为{spoken([declared.name])}"
    elif declared.name == CONTEXT and declared.entries:
        return _entries(value, dict(declared.entries), f"{where}.", faults)
    elif declared.name == LIST:
        return [
            _fitted(item, declared.item, f"{where}[{place}]", faults)
            for place, item in enumerate(value, 1)
        ]
    elif declared.allowed and value not in declared.allowed:
        faults[where] = f"应为{'、'.join(declared.allowed)}之一"
    return value


def _moment(text: str, name: str) -> date | str:
    """The day or instant that a text stands for; the text itself if it stands for none."""
    try:
        if name == DATE:
            return date.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return found if found.tzinfo else text
