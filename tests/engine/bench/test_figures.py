"""How a figure compares with its baseline."""

from __future__ import annotations

from engine.bench.figures import Benchmark, Figure


def test_of_a_rate_more_is_better_and_of_a_time_less():
    assert Figure(300, "cases/s", 100).ratio == 3
    assert Figure(2, "ms", 10).ratio == 5


def test_a_figure_without_a_baseline_prints_neither_baseline_nor_ratio():
    assert Figure(1.23456, "ms").as_json() == {"value": 1.235, "unit": "ms"}
    assert Figure(300, "cases/s", 100).as_json() == {
        "value": 300,
        "unit": "cases/s",
        "baseline": 100,
        "ratio": 3,
    }


def test_a_benchmark_answers_to_its_name_and_to_its_figures():
    one = Benchmark("memory", ("memory_automatic",), lambda setting: {})
    assert one.answers_to("memory") and one.answers_to("memory_automatic")
    assert not one.answers_to("mem")
