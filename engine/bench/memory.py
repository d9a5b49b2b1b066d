"""Cases per second in memory, start to end, every person answered at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.measure import Timed, side_by_side, timed
from engine.bench.models import AUTOMATIC, INSTANT, LOOP10, PROMISED
from engine.bench.other_process import STOCK, OtherProcess
from engine.bench.ours import OurTwin, twin_of

COMPARED = (AUTOMATIC, INSTANT, PROMISED, LOOP10)


def measure(setting: Setting) -> dict[str, Figure]:
    found = {}
    with OtherProcess(STOCK) as stock:
        for model in COMPARED:
            ours = twin_of(model, stock)
            fast, slow = side_by_side(
                timed(_case(ours)),
                _cases_of(stock, model.id),
                seconds=2 if setting.short else 12,
            )
            found[f"memory_{model.id}"] = Figure(1 / fast, "cases/s", 1 / slow)
            setting.say(f"  {model.id}: {1 / fast:.0f} against {1 / slow:.0f} cases/s")
    return found


def _case(ours: OurTwin) -> Callable[[], Any]:
    return lambda: ours.run(ours.model.data)


def _cases_of(stock: OtherProcess, model_id: str) -> Timed:
    return lambda count: stock.call("time_cases", model_id, count)


BENCHMARK = Benchmark("memory", tuple(f"memory_{model.id}" for model in COMPARED), measure)
