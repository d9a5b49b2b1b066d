"""What a worker's memory gains over many cases, each started, run and stored in PostgreSQL."""

from __future__ import annotations

from engine.bench import durable_ours
from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.models import AUTOMATIC
from engine.bench.other_process import OtherProcess

PARTS = 10


def measure(setting: Setting) -> dict[str, Figure]:
    cases = 1_000 if setting.short else 100_000
    with setting.fresh_database() as address, OtherProcess(durable_ours.__name__) as worker:
        url = address.render_as_string(hide_password=False)
        durable_ours.publish(url, [AUTOMATIC.id])
        worker.call("open_worker", url)
        peaks = []
        for _ in range(PARTS + 1):
            worker.call("start", AUTOMATIC.id, cases // PARTS)
            peaks.append(float(worker.call("peak_memory")))
            setting.say(f"  {len(peaks) * cases // PARTS} cases: {peaks[-1]:.1f} MB")
    # The first part fills the caches, which are bounded.
    return {"worker_memory": Figure(peaks[-1], "MB", peaks[0])}


BENCHMARK = Benchmark("worker_memory", ("worker_memory",), measure)
