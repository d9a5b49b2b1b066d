from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.errors import BusinessError, Conflict, InvalidInput, NotAllowed, PermanentFailure
from handlers.cases import decisions, documents, firm, progress, queries
from handlers.cases.opening import open_case
from handlers.eligibility.service_tasks import check_case
from handlers.notices import box, public, send
from handlers.notices.tables import notice
from tests.handlers.scene import CLERK, REVIEWER


@pytest.fixture
def owner(scene):
    return scene.firm()


@pytest.fixture
def case_id(scene, owner):
    return opened(scene, owner)


def opened(scene, owner, version="I@1"):
    return scene.do(
        lambda work: open_case(work, version, owner, "portal", {}, "applicant"),
        scene.applicant(owner),
    )


def accepted(scene, case_id):
    scene.do(lambda work: decisions.accept(work, case_id))
    scene.do(lambda work: check_case(work, case_id=case_id, occasion="review"))


def notices(scene, kind):
    return scene.do(
        lambda work: work.connection.scalars(
            select(notice.c.body).where(notice.c.kind == kind)
        ).all()
    )


def test_an_approval_takes_the_computed_amount_by_default(scene, case_id):
    accepted(scene, case_id)
    assert scene.do(lambda work: decisions.approve(work, case_id, "同意", None), REVIEWER) == 10000
    row = scene.case(case_id)
    assert (row.status, row.amount, row.decided_by) == ("approved", 10000, "reviewer")


def test_less_than_the_rule_gives_may_be_approved_but_not_more(scene, case_id):
    accepted(scene, case_id)
    with pytest.raises(BusinessError, match="超过") as caught:
        scene.do(lambda work: decisions.approve(work, case_id, "", Decimal("10000.01")))
    assert caught.value.code == "amount_above_rule"
    assert scene.do(lambda work: decisions.approve(work, case_id, "", Decimal("1"))) == 1


def test_without_any_amount_nothing_is_approved(scene, case_id):
    with pytest.raises(BusinessError, match="没有可兑付的金额"):
        scene.do(lambda work: decisions.approve(work, case_id, "", None))


def test_a_refusal_names_conditions_policy_and_remedies(scene):
    case_id = opened(scene, scene.firm(industry="房地产"))
    accepted(scene, case_id)
    scene.do(lambda work: decisions.refuse(work, case_id, "行业不符", "本政策不含房地产"))
    body = notices(scene, "refused")[0]
    for part in ("行业不符", "房地产除外", "某文件第三条", "本政策不含房地产", "复核", "申诉"):
        assert part in body
    row = scene.case(case_id)
    assert row.status == "refused" and row.ended_at and row.refusal["failed"] == ["房地产除外"]


def test_all_that_is_missing_is_told_once(scene, case_id):
    scene.do(lambda work: decisions.accept(work, case_id))
    scene.do(lambda work: decisions.request_supplement(work, case_id, ["营业执照", "申请表"], ""))
    body = notices(scene, "supplement")[0]
    assert "1. 营业执照" in body and "2. 申请表" in body
    assert scene.case(case_id).status == "supplementing"
    scene.do(lambda work: decisions.supplement_received(work, case_id))
    assert scene.case(case_id).status == "reviewing"


def test_a_case_goes_to_another_department_with_a_trace(scene, case_id):
    assert scene.do(lambda work: decisions.transfer(work, case_id, "CZJ")) == "CZJ"
    assert scene.case(case_id).owner == "CZJ"
    assert len(scene.do(lambda work: box.of_unit(work, "CZJ"))) == 1
    with pytest.raises(BusinessError):
        scene.do(lambda work: decisions.transfer(work, case_id, "NOSUCH"))


def test_a_status_that_is_not_known_is_refused(scene, case_id):
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: decisions.set_status(work, case_id, "lost"))


@pytest.mark.parametrize("kind", send.KINDS)
def test_every_kind_of_notice_can_be_sent(scene, case_id, kind):
    accepted(scene, case_id)
    scene.do(lambda work: send.send(work, case_id, kind))
    body = notices(scene, kind)[0]
    assert scene.case(case_id).number in body and "None" not in body


def test_an_unknown_kind_of_notice_is_refused(scene, case_id):
    with pytest.raises(PermanentFailure):
        scene.do(lambda work: send.send(work, case_id, "birthday"))


def test_a_public_notice_runs_its_working_days_and_shows_no_account(scene, case_id):
    accepted(scene, case_id)
    ends = scene.do(lambda work: public.publish(work, case_id, 5))
    assert f"{ends:%m-%d %H}" == "03-09 10"  # 18:00 in Shanghai
    shown = scene.do(public.running)[0]
    assert shown.amount == 10000 and not any("number" in name for name in shown._fields)
    scene.do(lambda work: public.end(work, case_id))
    assert scene.do(public.running) == []


def test_progress_tells_what_is_done_whose_turn_it_is_and_what_comes(scene, case_id):
    accepted(scene, case_id)
    found = scene.do(lambda work: progress.progress(work, case_id))
    assert [step.name for step in found.done] == ["收到申请", "受理"]
    assert [(turn.who, turn.yours) for turn in found.now] == [("区经发局 部门经办", False)]
    assert found.next == ["作出决定", "下达支付指令", "资金到账"]
    assert found.due_at and not found.paused
    from handlers.deadlines import clocks

    scene.do(lambda work: clocks.pause(work, case_id, "site_survey", "三日内上门"))
    assert scene.do(lambda work: progress.progress(work, case_id)).paused == "现场勘查: 三日内上门"


def test_progress_of_a_refused_case_ends_with_its_outcome(scene, case_id):
    scene.do(lambda work: decisions.not_accept(work, case_id, "不属于受理范围"))
    found = scene.do(lambda work: progress.progress(work, case_id))
    assert (found.outcome, found.done[-1].name, found.next) == ("不予受理", "不予受理", [])


def test_an_objection_is_written_down_and_the_notice_stays_open_until_its_end(scene, case_id):
    accepted(scene, case_id)
    ends_at = scene.do(lambda w: public.publish(w, case_id, 5))
    scene.do(lambda w: public.mark_objected(w, case_id, "研发费用不实"))
    scene.do(lambda w: public.mark_objected(w, case_id, "地址不在辖区"))
    [shown] = scene.do(public.running)
    assert shown.ends_at == ends_at
    assert shown.objection == "研发费用不实\n地址不在辖区"
    scene.do(lambda w: public.end(w, case_id))
    assert scene.do(public.running) == []


def test_an_objection_out_of_season_is_refused(scene, case_id):
    with pytest.raises(Conflict):
        scene.do(lambda work: firm.object(work, case_id, "账户不对"))
    with pytest.raises(InvalidInput):
        scene.do(lambda work: firm.object(work, case_id, "  "))


def test_cases_are_listed_newest_first_and_found_by_number_code_and_name(scene, owner, case_id):
    second = opened(scene, owner, "P@1")
    rows = scene.do(lambda work: queries.of_firm(work, owner, limit=1))
    rest = scene.do(lambda work: queries.of_firm(work, owner, queries.key_of(rows[0])))
    assert {row.id for row in [*rows, *rest]} == {case_id, second}
    row = rows[0]
    for words in (row.number, row.number[:12], row.uscc, row.enterprise_name[:3]):
        assert row.id in {
            found.id for found in scene.do(lambda work, w=words: queries.search(work, w))
        }
    assert scene.do(lambda work: queries.search(work, "%")) == []
    assert len(scene.do(lambda work: queries.of_department(work, "JFJ", ("received",)))) == 2


def test_papers_are_kept_with_their_hash_and_only_for_those_who_may_see(scene, owner, case_id):
    content = b"%PDF-1.7 test"

    def add(work):
        return documents.add(work, case_id, "申请表", "a.pdf", "application/pdf", content)

    paper = scene.do(add, scene.applicant(owner))
    assert scene.do(lambda work: documents.read(work, paper), REVIEWER).content == content
    assert len(scene.do(lambda work: documents.of_case(work, case_id), CLERK)[0].sha256) == 64
    stranger = scene.applicant(scene.firm())
    with pytest.raises(NotAllowed):
        scene.do(lambda work: documents.read(work, paper), stranger)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("application/pdf", b""),
        ("application/pdf", b"MZ not a pdf"),
        ("text/html", b"<script>"),
        ("image/png", b"%PDF-"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(media_type, content):
    with pytest.raises(InvalidInput):
        documents.check("x", media_type, content)


def test_a_file_too_large_is_refused():
    with pytest.raises(InvalidInput) as caught:
        documents.check("x", "application/pdf", b"%PDF-" + bytes(documents.LARGEST))
    assert "20 MB" in caught.value.fields["file"]
