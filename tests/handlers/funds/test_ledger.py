from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, update

from engine.actor import SYSTEM
from engine.errors import BusinessError, PermanentFailure
from handlers.funds import indicators, ledger
from handlers.funds.tables import indicator, ledger_entry
from handlers.funds.verify import verify
from handlers.payouts import entitlements


def row(scene):
    return scene.do(lambda work: work.connection.execute(select(indicator)).one())


def findings(scene):
    with scene.runtime.database.connect() as connection:
        return list(verify(connection))


def test_a_transfer_is_two_entries_that_sum_to_zero_and_the_balances_follow(scene):
    owed = scene.entitlement(scene.firm())
    scene.do(lambda work: entitlements.freeze(work, owed))
    found = row(scene)
    assert (found.budget, found.available, found.frozen) == (100000, 90000, 10000)
    entries = scene.do(
        lambda work: work.connection.execute(
            select(ledger_entry).where(ledger_entry.c.kind == "freeze")
        ).all()
    )
    assert sorted(entry.amount for entry in entries) == [-10000, 10000]
    assert findings(scene) == []


def leave(scene, available):
    """Takes money back until this much is available."""
    taken = Decimal(available) - row(scene).available
    scene.do(lambda work: ledger.allot(work, scene.indicator_id, taken, "收回"))


def test_exhausted_money_names_the_exact_shortfall(scene):
    leave(scene, "9999.99")
    owed = scene.entitlement(scene.firm())
    with pytest.raises(BusinessError, match=r"还差 0\.01 元") as caught:
        scene.do(lambda work: entitlements.freeze(work, owed))
    assert caught.value.code == "exhausted"
    assert findings(scene) == []


def test_a_year_without_an_indicator_is_exhausted_too(scene):
    owed = scene.entitlement(scene.firm())
    scene.do(lambda work: work.connection.execute(update(indicator).values(year=2025)))
    with pytest.raises(BusinessError, match="请财政局先下达指标"):
        scene.do(lambda work: entitlements.freeze(work, owed))


def test_of_two_reservations_of_the_last_money_one_wins(scene):
    firms = [scene.firm(), scene.firm()]
    owed = [scene.entitlement(firm) for firm in firms]
    leave(scene, "16000.00")
    ready, outcomes = threading.Barrier(2), []

    def freeze(entitlement_id):
        waits = iter([lambda: ready.wait(5)])

        def act(work):
            # Both decide on the same balance; the loser then decides anew.
            entitlements.freeze(work, entitlement_id)
            next(waits, lambda: None)()

        try:
            scene.runtime.run(SYSTEM, act)
            outcomes.append("frozen")
        except BusinessError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=freeze, args=(found,)) for found in owed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    [refused] = [said for said in outcomes if said != "frozen"]
    assert len(outcomes) == 2 and "还差 4,000.00 元" in refused
    assert row(scene).available == 6000
    assert findings(scene) == []


def test_taking_back_more_than_is_available_is_refused(scene):
    with pytest.raises(BusinessError, match="还差"):
        scene.do(lambda work: ledger.allot(work, scene.indicator_id, Decimal("-100000.01"), "收回"))


def test_an_amount_of_nothing_is_refused(scene):
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: ledger.freeze(work, scene.indicator_id, Decimal(0), None, "?"))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"reason": "改过"}, "被改动过"),
        ({"amount": Decimal("7.00")}, "合计"),
    ],
)
def test_a_changed_entry_is_found(scene, change, finding):
    scene.do(
        lambda work: work.connection.execute(
            update(ledger_entry).where(ledger_entry.c.sequence == 2).values(**change)
        )
    )
    assert any(finding in sentence for sentence in findings(scene))


def test_a_removed_entry_is_found(scene):
    scene.do(
        lambda work: work.connection.execute(
            ledger_entry.delete().where(ledger_entry.c.sequence == 2)
        )
    )
    assert any("不一致" in sentence for sentence in findings(scene))


def test_money_moved_without_its_entitlement_is_found(scene):
    scene.do(lambda work: ledger.freeze(work, scene.indicator_id, Decimal(5), None, "?"))
    assert any("兑付事项合计" in sentence for sentence in findings(scene))


MONEY = st.decimals(Decimal("0.01"), Decimal("5000.00"), places=2)


def test_the_ledger_always_balances(scene):
    """Any sequence of movements, allowed or refused, keeps every invariant."""

    class Ledger(RuleBasedStateMachine):
        @initialize()
        def open(self):
            self.balances = dict.fromkeys(ledger.ACCOUNTS, Decimal(0))
            Ledger.count = getattr(Ledger, "count", 0) + 1
            code = f"P{Ledger.count}"
            self.id = scene.do(
                lambda work: indicators.open_indicator(work, code, 2026, "属性", "JFJ")
            )

        @rule(amount=MONEY)
        def allot(self, amount):
            scene.do(lambda work: ledger.allot(work, self.id, amount, "下达"))
            self.balances["budget"] += amount
            self.balances["available"] += amount

        @rule(
            move=st.sampled_from(
                [
                    (ledger.freeze, "freeze"),
                    (ledger.release, "release"),
                    (ledger.order, "order"),
                    (ledger.unorder, "unorder"),
                    (ledger.clear, "clear"),
                    (ledger.return_, "return"),
                ]
            ),
            amount=MONEY,
        )
        def move(self, move, amount):
            act, kind = move
            source, target = ledger.MOVES[kind]
            try:
                scene.do(lambda work: act(work, self.id, amount, None, kind))
            except (BusinessError, PermanentFailure):
                assert amount > self.balances[source]
            else:
                assert amount <= self.balances[source]
                self.balances[source] -= amount
                self.balances[target] += amount

        @invariant()
        def balanced(self):
            if not hasattr(self, "id"):
                return
            found = scene.do(
                lambda work: work.connection.execute(
                    select(indicator).where(indicator.c.id == self.id)
                ).one()
            )
            assert {name: getattr(found, name) for name in ledger.ACCOUNTS} == self.balances
            assert [s for s in findings(scene) if "兑付事项" not in s] == []

    run = settings(
        max_examples=8,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Ledger.TestCase.settings = run
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Ledger, settings=run)
