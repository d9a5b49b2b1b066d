"""The benchmark of a signed list compares a line's case with the same drawings run by stock."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from engine.bench.other_process import OtherProcess
from engine.bench.ours import TwinsDiffer
from handlers.bench import batch, line_twin
from handlers.cases import jobs


@pytest.fixture
def line(runtime):
    key = Fernet.generate_key().decode()
    url = runtime.database.url.render_as_string(hide_password=False)
    ids = batch.prepare(url, key, 2)
    worker = batch.runtime_of(url, key)
    jobs.open_chunk(worker, ids)
    worker.database.dispose()
    return line_twin.a_line(runtime)


def test_stock_completes_the_elements_of_a_line_with_the_same_data(line):
    assert line.waits_at == "Event_Payment" and line.elements["Task_Freeze"] == 1
    assert {"case", "deadline", "eligibility", "approval", "entitlements", "order"} <= set(
        line.data
    )
    with OtherProcess(line_twin.STOCK_DIAGRAMS) as stock:
        line_twin.prepare(line, stock)
        for wrong in (
            replace(line, elements=line.elements | Counter({"Task_Freeze": 2})),
            replace(line, data=line.data | {"approval": {"amount": 1}}),
            replace(line, waits_at="Task_Order"),
        ):
            with pytest.raises(TwinsDiffer):
                line_twin.prepare(wrong, stock)
