"""A line of a signed list up to the moment at which its amount is frozen: `automatic.bpmn` and
`payout.bpmn` without the ways that a good line never takes."""

from engine.bench.models.model import Call, Choice, End, Handler, Model, Script, Start

CASE = {"case_id": "case.id"}

_PAYOUT = Model(
    "freeze_line",
    (
        Start("freeze_start"),
        Handler("check_line", "note", CASE, "checked"),
        Handler("freeze", "note", CASE, "frozen"),
        Handler("order", "note", CASE, "ordered"),
        End("freeze_end"),
    ),
    "freeze_start > check_line > freeze > order > freeze_end",
)

LIST_LINE = Model(
    "list_line",
    (
        Start("start"),
        Handler("accept", "note", CASE, "accepted"),
        Handler("check", "note", CASE, "check"),
        Choice("holds"),
        Choice("must_confirm"),
        Handler("approve", "note", CASE, "approved"),
        Handler("entitle", "note", CASE, "entitled"),
        Handler("show", "note", CASE, "shown"),
        Call("pay_out", _PAYOUT),
        Script("return_case", '{ outcome: "returned" }'),
        Script("ask", '{ outcome: "asked" }'),
        End("end"),
        End("end_returned"),
        End("end_asked"),
    ),
    """
    start > accept > check > holds
    holds > must_confirm if check.done
    holds > return_case > end_returned
    must_confirm > ask if case.confirm_account
    must_confirm > approve > entitle > show > pay_out > end
    ask > end_asked
    """,
    {
        "case": {
            "id": "5b2f3d9e-0000-4000-8000-000000000001",
            "number": "RJ20260302000001",
            "enterprise_id": "5b2f3d9e-0000-4000-8000-000000000002",
            "enterprise": "样例企业1有限公司",
            "policy_id": "A",
            "policy": "样例政策",
            "mode": "automatic",
            "channel": "list",
            "owner": "JFJ",
            "confirm_account": False,
            "staged": False,
        }
    },
)
