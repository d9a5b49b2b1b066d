"""The benchmark of matching compares what it measures with asking one by one, and would notice."""

from __future__ import annotations

from sqlalchemy import text, update

from engine.actor import SYSTEM
from handlers.bench import match, register
from handlers.eligibility import asking, runs

PAIRS = 60


def test_the_kept_sheets_answers_equal_those_one_by_one_and_a_wrong_one_is_found(runtime):
    said: list[str] = []
    runtime.run(SYSTEM, lambda work: match.fill(work, register.ORIGINALS, said.append))
    match.run_after_changes(runtime, 1)
    match.run_after_changes(runtime, 2)

    def compare(work):
        assert runs.newest_done(work).matched > 900
        question = asking.prepare(work, match.policies_of(work), match.DAY)
        assert question.refused == {} and len(question.asked) == 30
        asking.ask(work, question)
        right = match.sampled(work, question, PAIRS)[2]
        changed = text(
            "(select array_agg(code # 1 order by n) from unnest(codes)"
            " with ordinality as c(code, n))"
        )
        work.connection.execute(update(asking.MATCHED).values(codes=changed))
        return right, match.sampled(work, question, PAIRS)[2]

    right, wrong = runtime.run(SYSTEM, compare)
    assert right == []
    assert len(wrong) == PAIRS
