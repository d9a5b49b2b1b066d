"""User tasks completed per second by two processes, each in a durable transaction of its own.

Ours: permission, the form's check, the step, its history with data deltas and hash chain, the inbox,
timers. Stock: its JSON in one row, read and written by SQLAlchemy's ORM, and nothing else.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from engine.bench import durable_ours
from engine.bench.figures import Benchmark, Figure, Setting, middle
from engine.bench.models import INSTANT, PROMISED
from engine.bench.other_process import STOCK, OtherProcess

OURS = "engine.bench.durable_ours"
PROCESSES = 2
MODEL_IDS = (INSTANT.id, PROMISED.id)


def measure(setting: Setting) -> dict[str, Figure]:
    rounds, cases = (3, 10) if setting.short else (11, 120)
    with setting.fresh_database() as address, ExitStack() as stack:
        url = address.render_as_string(hide_password=False)
        durable_ours.publish(url, list(MODEL_IDS))
        sides = [
            [stack.enter_context(OtherProcess(module)) for _ in range(PROCESSES)]
            for module in (OURS, STOCK)
        ]
        found: list[Figure] = []
        for side in sides:
            _all(side, "open_worker", url)
            _round(side, 3)
        for _ in range(rounds):
            fast, slow = (_round(side, cases) for side in sides)
            found.append(Figure(fast, "completions/s", slow))
            setting.say(f"  {fast:.0f} against {slow:.0f} completions/s")
    return {"durable_completions": middle(found)}


def _round(side: list[OtherProcess], cases: int) -> float:
    """Completions per second of all processes together."""
    for model_id in MODEL_IDS:
        _all(side, "start", model_id, cases)
    done = _all(side, "complete_all")
    return float(sum(count / seconds for count, seconds in done))


def _all(side: list[OtherProcess], function: str, *arguments: Any) -> list[Any]:
    """Asks all processes at once and waits for all."""
    for process in side:
        process.begin(function, *arguments)
    return [process.end() for process in side]


BENCHMARK = Benchmark("durable_completions", ("durable_completions",), measure)
