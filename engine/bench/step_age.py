"""One step on an old instance against one on a young one: time, and bytes stored."""

from __future__ import annotations

from collections.abc import Callable

from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.measure import side_by_side, timed
from engine.bench.models import INCOMPLETE, PROMISED
from engine.bench.ours import OurTwin

AGES = (100, 1_000, 10_000)
YOUNG = 10


def aged(twin: OurTwin, executed: int) -> bytes:
    """A case in its loop of corrections that has executed at least so many tasks."""
    run = twin.start(PROMISED.data)
    count = len(run.trace)
    while True:
        (person,) = twin.people(run)
        if count >= executed and person.element == "acceptance":
            return twin.save(run)
        run = twin.restore(twin.save(run))
        twin.complete(run, person, INCOMPLETE if person.element == "acceptance" else {})
        count += len(run.trace)


def step_of(twin: OurTwin, saved: bytes) -> Callable[[], bytes]:
    """Restores, sends the case round its loop once more, saves."""

    def step() -> bytes:
        run = twin.restore(saved)
        (person,) = twin.people(run)
        twin.complete(run, person, INCOMPLETE)
        return twin.save(run)

    return step


def measure(setting: Setting) -> dict[str, Figure]:
    twin = OurTwin(PROMISED)
    young = aged(twin, YOUNG)
    found: dict[str, Figure] = {}
    for age in AGES[:2] if setting.short else AGES:
        old = aged(twin, age)
        times = side_by_side(
            timed(step_of(twin, old)),
            timed(step_of(twin, young)),
            seconds=1 if setting.short else 6,
        )
        found[f"step_age_{age}"] = Figure(times[0] * 1000, "ms", times[1] * 1000)
        found[f"step_age_{age}_bytes"] = Figure(len(old), "bytes", len(young))
        setting.say(f"  {age} tasks: {times[0] * 1000:.2f} ms and {len(old)} bytes")
    oldest = max(age for age in AGES if f"step_age_{age}" in found)
    return {"step_age": found[f"step_age_{oldest}"], **found}


BENCHMARK = Benchmark("step_age", ("step_age",), measure)
