"""Application, acceptance, a decision, approval with two reminders, payment."""

from engine.bench.models.eligibility import eligibility
from engine.bench.models.form_data import form_data
from engine.bench.models.model import (
    Call,
    Choice,
    Decision,
    End,
    Handler,
    Model,
    Person,
    Script,
    Start,
    Timer,
)
from engine.bench.models.payout import PAYOUT

INSTANT = Model(
    "instant",
    (
        Start("start"),
        Person("acceptance", {"accepted": True, "accepted_by": "u1"}),
        Decision("check", eligibility()),
        Choice("is_eligible"),
        Person("approval", {"approved": True, "approved_by": "u2", "opinion": "同意"}),
        Timer("soon_due", "approval", "P1D"),
        Handler("remind", "tell", {"receiver": '"department"'}, "reminded"),
        Timer("overdue", "approval", "P2D"),
        Script("escalate", "{ is_overdue: true }"),
        Choice("is_approved"),
        Call("pay_out", PAYOUT),
        Handler("tell", "tell", {"receiver": "enterprise.uscc"}, "told"),
        Script("refuse", '{ outcome: "refused" }'),
        End("end"),
        End("end_refused"),
        End("end_reminded"),
        End("end_escalated"),
    ),
    """
    start > acceptance > check > is_eligible
    is_eligible > approval if eligible
    is_eligible > refuse
    approval > is_approved
    is_approved > pay_out if approved
    is_approved > refuse > end_refused
    pay_out > tell > end
    soon_due > remind > end_reminded
    overdue > escalate > end_escalated
    """,
    form_data(1),
)
