"""Restore, complete one user task, save: without a database, against stock JSON; and the bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.bench.figures import Benchmark, Figure, Setting, middle
from engine.bench.measure import side_by_side, timed
from engine.bench.models import INCOMPLETE, INSTANT, PROMISED
from engine.bench.models.model import Model
from engine.bench.other_process import STOCK, OtherProcess
from engine.bench.ours import OurTwin, twin_of


@dataclass(frozen=True)
class State:
    """A waiting state: the first moment at which `element` is open, after some corrections."""

    model: Model
    element: str
    corrections: int = 0

    @property
    def name(self) -> str:
        after = f"_after_{self.corrections}_corrections" if self.corrections else ""
        return f"{self.model.id}_{self.element}{after}"


STATES = (
    State(INSTANT, "acceptance"),
    State(INSTANT, "approval"),
    State(PROMISED, "acceptance"),
    State(PROMISED, "site_survey"),
    State(PROMISED, "approval"),
    State(PROMISED, "acceptance", 10),
    State(PROMISED, "acceptance", 50),
)


def our_state(twin: OurTwin, state: State) -> bytes:
    """Our side's bytes in a waiting state; stored and restored at every step on the way."""
    saved, left = twin.save(twin.start(state.model.data)), state.corrections
    while True:
        run = twin.restore(saved)
        person = twin.people(run)[0]
        if person.element == state.element and left == 0:
            return saved
        changes = INCOMPLETE if person.element == "acceptance" and left else {}
        left -= bool(changes)
        twin.complete(run, person, changes)
        saved = twin.save(run)


def our_step(twin: OurTwin, saved: bytes, element: str) -> Callable[[], bytes]:
    """One user task of a saved state completed and saved again."""
    (person,) = (p for p in twin.people(twin.restore(saved)) if p.element == element)

    def step() -> bytes:
        run = twin.restore(saved)
        twin.complete(run, person, {})
        return twin.save(run)

    return step


def measure(setting: Setting) -> dict[str, Figure]:
    found: dict[str, Figure] = {}
    with OtherProcess(STOCK) as stock:
        twins = {model.id: twin_of(model, stock) for model in (INSTANT, PROMISED)}
        for state in STATES:
            pair = _compare(state, twins[state.model.id], stock, 1 if setting.short else 6)
            found |= zip(
                (f"round_trip_{state.name}", f"state_bytes_{state.name}"), pair, strict=True
            )
            setting.say(f"  {state.name}: {pair[0].ratio:.1f}×; bytes {pair[1].ratio:.1f}×")
    return {
        "round_trip": middle([f for name, f in found.items() if name.startswith("round_trip")]),
        "state_bytes": middle([f for name, f in found.items() if name.startswith("state_bytes")]),
        **found,
    }


def _compare(
    state: State, ours: OurTwin, stock: OtherProcess, seconds: float
) -> tuple[Figure, Figure]:
    """Time and bytes of one state."""
    saved = our_state(ours, state)
    theirs = stock.call("state", state.model.id, state.element, state.corrections)

    def their_steps(count: int) -> float:
        return float(stock.call("time_round_trips", state.model.id, theirs, state.element, count))

    fast, slow = side_by_side(timed(our_step(ours, saved, state.element)), their_steps, seconds)
    time = Figure(fast * 1000, "ms", slow * 1000)
    return time, Figure(len(saved), "bytes", len(theirs.encode()))


BENCHMARK = Benchmark("round_trip", ("round_trip", "state_bytes"), measure)
