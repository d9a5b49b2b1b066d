"""Matching every enterprise with every policy of the sample catalogue inside our PostgreSQL.

Measured is a whole run after 1 % of the enterprises got a new fact: the kept fact sheet is brought up
to date, all are asked, codes, rules and amounts are stored, the run before is forgotten. The first run,
which lays the sheet out from nothing, is measured apart. The baseline is the same by asking one by one, the way a
page does, extrapolated from a random sample. Sampled answers must be equal to the last explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import select

from engine.actor import SYSTEM
from engine.bench.figures import Benchmark, Figure, Setting
from engine.bench.measure import once
from engine.database import connect
from engine.definitions import publish
from engine.errors import EngineError
from engine.runtime import Runtime, Work
from engine.time_source import FixedTime
from handlers.bench import register
from handlers.catalogue.import_policies import import_policies
from handlers.eligibility import asking, runs
from handlers.eligibility.answer import Answer
from handlers.eligibility.asking import Asked, Question
from handlers.eligibility.check import check_known, decisions_in_force
from handlers.eligibility.compiled import code_of, missed, rules_of
from handlers.eligibility.facts import known_of
from handlers.eligibility.versions import versions_for
from handlers.sample.load import decision_files, sample_policies
from handlers.sample.people import add_departments

ROUNDS = 3
DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Different(EngineError):
    """按 SQL 匹配的结果与逐一核对的结果不同。"""


def measure(setting: Setting) -> dict[str, Figure]:
    firms, pairs = (20_000, 500) if setting.short else (100_000, 5_000)
    with setting.fresh_database() as address:
        database = connect(address)
        runtime = Runtime(database, FixedTime(NOW))
        try:
            runtime.run(SYSTEM, lambda work: fill(work, firms, setting.say))
            first = _run(runtime)
            again = median(run_after_changes(runtime, round_) for round_ in range(ROUNDS))
            setting.say(f"  first run {first:.1f} s; with 1 % changed {again:.2f} s")
            return runtime.run(
                SYSTEM, lambda work: _measure(work, pairs, again, first, setting.say)
            )
        finally:
            database.dispose()


def _run(runtime: Runtime) -> Any:
    """Seconds for a run of everybody, with its commit."""
    run_id = runtime.run(SYSTEM, lambda work: runs.start(work, DAY))

    def act() -> None:
        while runtime.run(SYSTEM, lambda work: runs.go_on(work, run_id)):
            pass

    return once(act)[1]


def run_after_changes(runtime: Runtime, round_: int) -> Any:
    """Seconds for a run after every hundredth enterprise got a fact."""
    runtime.run(SYSTEM, lambda work: register.change(work, round_, DAY))
    return _run(runtime)


def fill(work: Work, firms: int, say: Callable[[str], None]) -> None:
    """The catalogue, its decisions and a register of `firms` enterprises."""
    add_departments(work)
    import_policies(work, sample_policies())
    publish(work, decision_files())
    _, seconds = once(lambda: register.fill(work, firms))
    say(f"  {firms} enterprises made in {seconds:.0f} s")


def _measure(
    work: Work, pairs: int, matched: Any, first: Any, say: Callable[[str], None]
) -> dict[str, Figure]:
    question = asking.prepare(work, policies_of(work), DAY)
    if question.refused:
        raise Different(f"有政策不能按 SQL 匹配: {question.refused}")
    count = asking.ask(work, question)
    policies = len(question.asked)
    say(f"  {count} × {policies}")
    to_know, to_check, wrong = sampled(work, question, pairs)
    if wrong:
        raise Different(f"{len(wrong)} 处不同,例如 {wrong[0]}")
    say(f"  {pairs} pairs equal one by one")
    # One by one everything is known once for each enterprise, and then each policy is asked.
    one_by_one = count * to_know + count * policies * to_check
    return {"match": Figure(matched, "s", one_by_one), "match_first": Figure(first, "s")}


def policies_of(work: Work) -> Iterator[Asked]:
    """The versions in force and their decisions."""
    decisions = decisions_in_force(work)
    return (Asked(version, decisions) for version in versions_for(work, DAY))


def sampled(work: Work, question: Question, pairs: int) -> tuple[Any, Any, list[str]]:
    """Seconds to know an enterprise, seconds to check a policy, and where the answers differ."""
    random = Random(20260301)
    found = asking.MATCHED
    rows = work.connection.execute(select(found).order_by(found.c.enterprise_id)).all()
    to_know: Any = 0
    to_check: Any = 0
    wrong: list[str] = []
    for _ in range(pairs):
        row, place = random.choice(rows), random.randrange(len(question.asked))
        version, decisions = question.asked[place].version, question.asked[place].decisions
        known, seconds = once(partial(known_of, work, row.enterprise_id, DAY))
        to_know += seconds
        answer, seconds = once(
            partial(check_known, work, version, known, DAY, {}, decisions=decisions)
        )
        to_check += seconds
        by_sql = (row.codes[place], row.rules[place], row.amounts[place])
        if by_sql != _as_stored(answer) or not _explains(by_sql[0], answer):
            wrong.append(f"{row.enterprise_id} {version.id}: {by_sql}, {_as_stored(answer)}")
    return to_know / pairs, to_check / pairs, wrong


def _as_stored(answer: Answer) -> tuple[int, Any, Any]:
    code = code_of(answer)
    return (code, rules_of(answer), answer.amount) if code == 0 else (code, None, None)


def _explains(code: int, answer: Answer) -> bool:
    """Whether a code names the very conditions that an answer explains in words."""
    failed, unknown = missed(code)
    asked = [c for c in answer.conditions if not c.exclusion]
    excluded = [c.text for c in answer.conditions if c.exclusion]
    return (
        [asked[place].text for place in failed] + excluded == answer.failed
        and [asked[place].text for place in unknown] == answer.unknown
        and (code >> 60 != 0) == bool(excluded)
    )


BENCHMARK = Benchmark("match", ("match", "match_first"), measure)
