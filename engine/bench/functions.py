"""What the models' handlers do: plain functions, called alike by both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def reserve(policy: str, amount: Any) -> dict[str, Any]:
    return {"ok": True, "left": 100_000}


def pay(account: str, amount: Any) -> dict[str, Any]:
    return {"reference": "P20260001", "status": "paid"}


def tell(receiver: str) -> dict[str, Any]:
    return {"sent": True}


def note(case_id: str) -> dict[str, Any]:
    return {"done": True}


FUNCTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "reserve": reserve,
    "pay": pay,
    "tell": tell,
    "note": note,
}
