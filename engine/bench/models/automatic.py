"""No application: everything is known, no person acts."""

from engine.bench.models.eligibility import eligibility
from engine.bench.models.form_data import form_data
from engine.bench.models.model import Choice, Decision, End, Handler, Model, Script, Start, Timer

AUTOMATIC = Model(
    "automatic",
    (
        Start("start"),
        Decision("check", eligibility()),
        Choice("is_eligible"),
        Handler("reserve", "reserve", {"policy": "policy_id", "amount": "amount"}, "reserved"),
        Choice("is_reserved"),
        Handler("pay", "pay", {"account": "enterprise.account", "amount": "amount"}, "payment"),
        Timer("overdue", "pay", "P1D"),
        Script("mark_overdue", "{ is_overdue: true }"),
        Handler("tell", "tell", {"receiver": "enterprise.uscc"}, "told"),
        Script("refuse", '{ outcome: "not eligible" }'),
        Script("hold", '{ outcome: "no budget" }'),
        End("end"),
        End("end_refused"),
        End("end_held"),
        End("end_overdue"),
    ),
    """
    start > check > is_eligible
    is_eligible > reserve if eligible
    is_eligible > refuse > end_refused
    reserve > is_reserved
    is_reserved > pay if reserved.ok
    is_reserved > hold > end_held
    pay > tell > end
    overdue > mark_overdue > end_overdue
    """,
    form_data(1),
)
