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
        except (TypeError, ValueError):
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
    """A value of the type an operation wants. Raises ValueError."""
    if typing.get_origin(hint) is dict:
        texts = typing.get_args(hint)[1] is str
        if not isinstance(value, dict) or (
            texts and not all(isinstance(one, str) for one in value.values())
        ):
            raise ValueError
        return value
    kinds = typing.get_args(hint) or (hint,)
    if value is None and type(None) in kinds:
        return None
    if kinds[0] is UUID:
        return UUID(str(value))
    if kinds[0] is int and not isinstance(value, bool):
        return int(value)
    if not isinstance(value, kinds[0]):
        raise ValueError
    return value
