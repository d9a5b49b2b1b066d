"""A loop of corrections, two reviews side by side, approval with a reminder, payment."""

from engine.bench.models.form_data import form_data
from engine.bench.models.model import (
    Call,
    Choice,
    End,
    Fork,
    Handler,
    Model,
    Person,
    Script,
    Start,
    Timer,
)
from engine.bench.models.payout import PAYOUT

# An acceptance that answers so sends the case into the loop of corrections.
INCOMPLETE = {"is_incomplete": True}

PROMISED = Model(
    "promised",
    (
        Start("start"),
        Person("acceptance", {"accepted": True, "is_incomplete": False, "accepted_by": "u1"}),
        Choice("is_complete"),
        Person("correction", {"corrected": True}),
        Fork("split"),
        Person("site_survey", {"survey": "现场核查通过", "survey_passed": True}),
        Person("expert_review", {"score": 91}),
        Fork("join"),
        Person("approval", {"approved": True, "approved_by": "u2", "opinion": "同意"}),
        Timer("overdue", "approval", "P1D"),
        Script("escalate", "{ is_overdue: true }"),
        Choice("is_approved"),
        Call("pay_out", PAYOUT),
        Handler("tell", "tell", {"receiver": "enterprise.uscc"}, "told"),
        Script("refuse", '{ outcome: "refused" }'),
        End("end"),
        End("end_refused"),
        End("end_escalated"),
    ),
    """
    start > acceptance > is_complete
    is_complete > correction if is_incomplete
    correction > acceptance
    is_complete > split
    split > site_survey > join
    split > expert_review > join
    join > approval > is_approved
    is_approved > pay_out if approved
    is_approved > refuse > end_refused
    pay_out > tell > end
    overdue > escalate > end_escalated
    """,
    form_data(1),
)
