"""One decision table, one enterprise: against SpiffWorkflow's own decision engine."""

from __future__ import annotations

from itertools import cycle

from engine.bench import diagram
from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.measure import side_by_side, timed
from engine.bench.models.model import Table
from engine.bench.models.tables import TABLES, enterprises
from engine.bench.other_process import STOCK, OtherProcess
from engine.bench.ours import Ours, TwinsDiffer
from engine.dmn import Decisions

COMPARED = 300


def measure(setting: Setting) -> dict[str, Figure]:
    with OtherProcess(STOCK) as stock:
        return {
            f"decision_table_{len(table.rows)}": _compare(table, stock, setting)
            for table in TABLES.values()
        }


def _compare(table: Table, stock: OtherProcess, setting: Setting) -> Figure:
    """Raises TwinsDiffer unless both engines decide the same."""
    decisions = Decisions({f"{table.id}.dmn": diagram.dmn(table, Ours())})
    firms = enterprises(COMPARED)
    answers = [decisions.decide(table.id, firm)[0] for firm in firms]
    if stock.call("decide_all", table.id, COMPARED) != answers:
        raise TwinsDiffer(f"table {table.id}: both engines decide differently")
    turns = cycle(firms)

    def decide() -> object:
        return decisions.decide(table.id, next(turns))

    def decide_there(count: int) -> float:
        return float(stock.call("time_decisions", table.id, count))

    seconds = 2 if setting.short else 8
    fast, slow = side_by_side(timed(decide), decide_there, seconds)
    setting.say(f"  {len(table.rows)} rules: {fast * 1e6:.1f} against {slow * 1e6:.0f} us")
    return Figure(fast * 1e6, "us", slow * 1e6)


BENCHMARK = Benchmark(
    "decision_table", tuple(f"decision_table_{len(t.rows)}" for t in TABLES.values()), measure
)
