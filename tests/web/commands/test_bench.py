"""`redeem bench` tells what it has measured, whatever stops it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.bench.figures import Benchmark, Figure
from web.commands import bench as command


def raising(error):
    def measure(setting):
        raise error

    return measure


GOOD = Benchmark("good", ("good",), lambda setting: {"good": Figure(2.0, "ms", 4.0)})
BROKEN = Benchmark("broken", ("broken",), raising(RuntimeError("no room")))
STOPPED = Benchmark("stopped", ("stopped",), raising(KeyboardInterrupt()))


@pytest.mark.parametrize("bad", [BROKEN, STOPPED])
def test_what_was_measured_before_a_benchmark_failed_is_told_as_json(monkeypatch, bad):
    monkeypatch.setattr(command, "BENCHMARKS", (GOOD, bad))
    result = CliRunner().invoke(command.bench, ["--json"])
    assert result.exit_code != 0
    found = json.loads(result.stdout.splitlines()[-1])
    assert found == {"good": {"value": 2.0, "unit": "ms", "baseline": 4.0, "ratio": 2.0}}


def test_a_broken_benchmark_keeps_no_other_from_being_measured(monkeypatch):
    monkeypatch.setattr(command, "BENCHMARKS", (BROKEN, GOOD))
    result = CliRunner().invoke(command.bench, ["--json"])
    assert list(json.loads(result.stdout.splitlines()[-1])) == ["good"]
    assert "RuntimeError: no room" in result.stderr
