"""Whether an enterprise qualifies for a policy, and for how much: one answer for every page."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from engine.definitions import latest_release
from engine.dmn import Decisions, Row, Test, decisions_of
from engine.dmn.explain import both
from engine.errors import NotFound
from engine.rows import Question
from engine.runtime import Work
from engine.tables import release as release_table
from handlers.eligibility import persons
from handlers.eligibility.amounts import amount_of
from handlers.eligibility.answer import Answer, Condition
from handlers.eligibility.events import event_facts, key_of
from handlers.eligibility.exclusions import exclusions, places_taken, year_count
from handlers.eligibility.facts import (
    Facts,
    Known,
    known_of,
    paid_facts,
    parts_given,
    stages_given,
    stated_facts,
)
from handlers.eligibility.money_left import with_money_left
from handlers.eligibility.persons import roster_of
from handlers.eligibility.versions import version_row
from handlers.payouts.queue import rule_of
from handlers.rosters.claims import Standing
from handlers.rosters.rule import person_rule


def check(
    work: Work,
    policy_version: Any,
    enterprise_id: UUID | str,
    event_date: date,
    stated: dict[str, Any] | None = None,
    *,
    case_id: UUID | None = None,
    event_key: str = "",
    roster_id: UUID | None = None,
) -> Answer:
    """Asks every condition of a version (its row or id) and computes the amount.

    `stated` is what the applicant said, as process values. `case_id` is the case the question is
    about: what it has been given itself is no earlier payment. The roster of an application that is no
    case yet is `roster_id`; without one the number of persons is what was stated. `amount` is what the policy gives if
    the conditions hold. Raises NotFound.
    """
    enterprise = enterprise_id if isinstance(enterprise_id, UUID) else UUID(enterprise_id)
    version = version_row(work, policy_version)
    known, decisions = known_of(work, enterprise, event_date), decisions_in_force(work)

    def ask() -> Answer:
        return check_known(
            work,
            version,
            known,
            event_date,
            stated or {},
            case_id,
            event_key,
            decisions,
            roster_of(work, version, event_date, case_id, roster_id),
        )

    if rule_of(version):
        return with_money_left(work, version, ask(), case_id)
    if year_count(version) is not None or person_rule(version) is not None:
        return ask()  # places and persons are counted over all firms
    # Acceptance, approval and entitlement ask the same: within one unit of work, of the same things
    # known at the same instant, that is one question.
    about = ("eligibility", version.id, enterprise, event_date, case_id, event_key)
    return work.rows.concluded(about, (version, known, stated or {}, decisions), ask)


def check_known(
    work: Work,
    version: Any,
    known: Known,
    event_date: date,
    stated: dict[str, Any],
    case_id: UUID | None = None,
    event_key: str = "",
    decisions: Decisions | None = None,
    roster: Standing | None = None,
) -> Answer:
    """The same with all that is known of the enterprise at hand.

    Other `decisions` than those in force are for what-if.
    """
    decisions = decisions or decisions_in_force(work)
    facts: Facts = {
        **known.facts,
        **stated_facts(stated, version.inputs, known.facts),
        **paid_facts(work, version.policy_id, known, event_date, case_id),
        **persons.counted(roster),
    }
    names = {name: fact.value for name, fact in facts.items() if fact.value is not None}
    names["event_date"] = event_date
    if event_facts(version):
        # The facts may be newer than the key that was kept with the case.
        event_key = key_of(version, names, event_date)
    functions = work.functions
    rows = decisions.explain(version.conditions_decision, names, functions)
    conditions = (
        *(_condition(row, facts) for row in rows),
        *exclusions(
            version,
            known,
            event_date,
            case_id,
            event_key,
            places_taken(work, version, event_date, case_id),
        ),
        *persons.conditions(roster),
    )
    amount = amount_of(
        decisions,
        version.amount_decision,
        names,
        functions,
        topping_up=bool(version.exclusivity.get("highest_only")),
        given_stages=stages_given(version, known, case_id, event_key),
        given_parts=parts_given(version, known, case_id),
    )
    holds = both([condition.holds for condition in conditions])
    lines = (*amount.lines, *persons.lines(roster))
    return Answer(version.id, holds, amount.total, conditions, lines)


def decisions_in_force(work: Work) -> Decisions:
    """The decisions of the release in force. Raises NotFound before the first release."""
    release = release_in_force(work)
    if release is None:
        raise NotFound("还没有发布任何流程和决策,请先运行 redeem deploy")
    return decisions_of(work.connection, release)


def release_in_force(work: Work) -> int | None:
    """The id of the latest release, or None before the first one."""
    return work.known(_RELEASE, None)


def _ask(work: Work, keys: list[None], lock: bool) -> dict[None, int]:
    found = latest_release(work.connection)
    return {} if found is None else {None: found}


_RELEASE: Question[None, int] = Question(_ask, {release_table: None})


def _condition(row: Row, facts: Facts) -> Condition:
    read = [facts[f] for test in row.tests for f in test.facts if f in facts]
    days = [fact.as_of for fact in read if fact.as_of is not None]
    return Condition(
        text=row.outputs.get("text") or _read_out(row, "zh"),
        holds=row.holds,
        actual=_joined(row, "zh", _actual),
        threshold=_joined(row, "zh", _threshold) or "",
        missing=_joined(row, "zh", _missing, labelled=False),
        source="、".join(dict.fromkeys(fact.source for fact in read)),
        as_of=min(days, default=None),
        english={
            **_text_in_english(row),
            "actual": _joined(row, "en", _actual),
            "threshold": _joined(row, "en", _threshold),
            "missing": _joined(row, "en", _missing, labelled=False),
        },
        facts=tuple(f for test in row.tests if test.holds is None for f in test.facts),
    )


def _text_in_english(row: Row) -> dict[str, str | None]:
    """As the table has it, else read from the cells if all their columns have English names."""
    if row.outputs.get("text_en"):
        return {"text": row.outputs["text_en"]}
    return {"text": _read_out(row, "en")} if all(t.label_english for t in row.tests) else {}


def _read_out(row: Row, language: str) -> str:
    """What a row asks, read from its cells."""
    said = [f"{_label(test, language)} {_threshold(test, language)}" for test in row.tests]
    return ("、" if language == "zh" else ", ").join(said)


def _joined(row: Row, language: str, say: Any, labelled: bool = True) -> str | None:
    """What several cells of one row say; a single cell needs no label."""
    said = [(_label(test, language), say(test, language)) for test in row.tests]
    if len(said) > 1 and labelled:
        parts = [f"{label}: {text}" for label, text in said if text is not None]
    else:
        parts = [text for _, text in said if text is not None]
    return (";" if language == "zh" else "; ").join(parts) or None


def _label(test: Test, language: str) -> str:
    return (language == "en" and test.label_english) or test.label


def _actual(test: Test, language: str) -> str | None:
    return None if test.actual is None else test.say(test.actual, language)


def _threshold(test: Test, language: str) -> str:
    return test.threshold if language == "zh" else test.threshold_english


def _missing(test: Test, language: str) -> str | None:
    if test.holds is None:
        return f"{'缺少数据' if language == 'zh' else 'no data'}: {_label(test, language)}"
    if not test.missing:
        return None
    amount = test.say(abs(test.missing), language)
    if language == "zh":
        return f"还差 {amount}" if test.missing > 0 else f"超出 {amount}"
    return f"{amount} short" if test.missing > 0 else f"{amount} too much"
