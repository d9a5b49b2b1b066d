"""Payment, called by the others."""

from engine.bench.models.model import End, Handler, Model, Script, Start

PAYOUT = Model(
    "payout",
    (
        Start("payout_start"),
        Handler("order", "pay", {"account": "enterprise.account", "amount": "amount"}, "payment"),
        Script("mark_paid", "{ paid: true, reference: payment.reference }"),
        End("payout_end"),
    ),
    "payout_start > order > mark_paid > payout_end",
)
