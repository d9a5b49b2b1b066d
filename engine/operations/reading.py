"""Operations as plain JSON: for HTTP, the command line, and the table of batches."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any
from uuid import UUID

from engine.errors import InvalidInput
from engine.operations.back import Back
from engine.operations.cancel import Cancel
from engine.operations.migrate import Migrate
from engine.operations.move import Move
from engine.operations.perform import Operation
from engine.operations.restart import Restart
from engine.operations.retry import Retry
from engine.operations.skip import Skip
from engine.operations.suspend import Resume, Suspend
from engine.values import to_json

OPERATIONS: dict[str, type[Any]] = {
    one.name: one for one in (Suspend, Resume, Cancel, Retry, Skip, Move, Back, Restart, Migrate)
}


def read(name: str, arguments: dict[str, Any]) -> Operation:
    """An operation of its name and its arguments. Raises InvalidInput that names what is wrong."""
    kind = OPERATIONS.get(name)
    if kind is None:
        raise InvalidInput(f"没有名为 {name} 的操作", {"operation": f"没有名为 {name} 的操作"})
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    wrong = {name: "没有这个参数" for name in arguments.keys() - fields.keys()}
    given = {}
    for key in arguments.keys() & fields.keys():
        try:
            given[key] = _value(hints[key], arguments[key])
        except ValueError:
            wrong[key] = "这个参数的值不正确"
    for key, one in fields.items():
        optional = one.default is not dataclasses.MISSING
        if key not in given and not optional and one.default_factory is dataclasses.MISSING:
            wrong.setdefault(key, "必须填写")
    if wrong:
        said = ";".join(f"{key}: {sentence}" for key, sentence in sorted(wrong.items()))
        raise InvalidInput(said, wrong)
    operation: Operation = kind(**given)
    return operation


def written(operation: Operation) -> dict[str, Any]:
    """The arguments of an operation as plain JSON values; those left out are not there."""
    found = {}
    for one in dataclasses.fields(operation):  # type: ignore[arg-type]
        value = getattr(operation, one.name)
        if value not in (None, "", {}, False):
            found[one.name] = to_json(str(value) if isinstance(value, UUID) else value)
    return found


def _value(hint: Any, value: Any) -> Any:
    kinds = [k for k in typing.get_args(hint) if k is not type(None)] or [hint]
    optional = type(None) in typing.get_args(hint)
    if value is None and optional:
        return None
    wanted = typing.get_origin(kinds[0]) or kinds[0]
    if wanted is dict and typing.get_args(hint) == (str, str):
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise ValueError
        return value
    if wanted is UUID:
        return UUID(str(value))
    if wanted is int and not isinstance(value, bool):
        return int(value)
    if not isinstance(value, wanted):
        raise ValueError
    return value
