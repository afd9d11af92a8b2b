"""The reviewers' desks: whose check counts, and what is given back."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from kernel.errors import Forbidden, MovedOn, NotFound, Refused
from tests.office import Desks
from tests.unit.workflow.way import Case, Cast, begun, onward, walk
from workflow.models import Document, Holding, Review
from workflow.outgoing import drafting, reviewing
from workflow.signatures import signing_desk
from workflow.states import OutgoingState
from workflow.views import reading

WARD = Cast(
    "phongdien.chuyenvien",
    "phongdien.chanhvanphong",
    "phongdien.vanthu",
    "phongdien.chutich",
    "phongdien.vanthu",
)


@pytest.fixture
def holds(shared_desks: Desks) -> Iterator:
    """Let a person hold one more post until the test ends."""
    given: list[UUID] = []

    def hold(username: str, post: str) -> None:
        holding = Holding(
            id=uuid4(),
            person_id=shared_desks.person(username),
            post_id=shared_desks.post(post),
            valid_from=date(2025, 7, 1),
        )
        given.append(holding.id)
        with shared_desks.office.act() as session:
            session.add(holding)

    yield hold
    with shared_desks.office.act() as session:
        session.execute(delete(Holding).where(Holding.id.in_(given)))


def checks(case: Case) -> list[tuple[str, str, bool]]:
    with case.desks.office.sessions() as session:
        query = select(Review).where(Review.document_id == case.id).order_by(Review.at)
        return [(one.kind.value, one.post_title, one.passed) for one in session.scalars(query)]


def turn(case: Case) -> tuple[set[str], str]:
    """Whose turn the page names, and the detour that it explains."""
    with case.desks.office.sessions() as session:
        row = session.get_one(type(case.row), case.id)
        waiting = reading.waiting_for(session, row, case.desks.clock().date())
        return {colleague.name for colleague in waiting.people}, waiting.detour


def test_content_and_form_are_checked_by_two_people_under_their_posts(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_SIGNATURE)

    assert checks(case) == [("content", "Trưởng phòng", True), ("form", "Chuyên viên", True)]


def test_nobody_reviews_a_draft_of_their_own(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(Forbidden) as refusal:
        case.approve_content(by="chuyenvien")

    assert refusal.value.code == "workflow.not_your_role"
    assert case.state is OutgoingState.CONTENT_REVIEW


def test_where_the_head_drafts_the_deputy_answers_for_the_content(shared_desks: Desks):
    cast = Cast("truongphong", "phophong", "kiemtra", "phochutich", "vanthu")
    case = begun(shared_desks, cast, "ubnd.pho-chu-tich-vx", "TM.KT.")
    onward(case, OutgoingState.CONTENT_REVIEW)

    assert turn(case) == ({"Huỳnh Thị Kim Thoa"}, "head_drafted")
    with pytest.raises(Forbidden):
        case.approve_content(by="truongphong")
    case.approve_content()
    assert case.state is OutgoingState.FORM_REVIEW


def test_where_the_head_drafts_and_no_deputy_is_there_the_signer_answers(shared_desks: Desks):
    cast = Cast("th.truongphong", "chutich", "kiemtra", "chutich", "vanthu")
    case = begun(shared_desks, cast, "ubnd.chu-tich", "TM.")
    onward(case, OutgoingState.CONTENT_REVIEW)

    assert turn(case) == ({"Lê Minh Khang"}, "head_drafted")
    with pytest.raises(Forbidden):
        case.approve_content(by="th.truongphong")
    onward(case, OutgoingState.AWAITING_SIGNATURE)
    assert checks(case)[0] == ("content", "Chủ tịch", True)


def test_the_deputy_gives_no_check_while_the_head_can(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(Forbidden):
        case.approve_content(by="phophong")

    assert turn(case) == ({"Võ Thanh Tùng"}, "")


def test_strangers_to_the_unit_do_not_even_see_the_content(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    for stranger in ("th.truongphong", "snv.truongphong", "kiemtra", "vanthu"):
        with pytest.raises(NotFound):
            case.approve_content(by=stranger)


def test_who_answered_for_the_content_does_not_check_the_form(shared_desks: Desks, holds):
    case = begun(shared_desks, WARD, "phong-dien.chu-tich", "TM.")
    onward(case, OutgoingState.CONTENT_REVIEW)
    holds("phongdien.chanhvanphong", "phong-dien.kiem-tra")

    case.approve_content()

    with pytest.raises(Forbidden):
        case.approve_form(by="phongdien.chanhvanphong")
    case.approve_form(by="phongdien.vanthu")
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_content_is_not_approved_where_nobody_else_could_check_the_form(shared_desks: Desks, holds):
    case = begun(shared_desks, WARD, "phong-dien.chu-tich", "TM.")
    onward(case, OutgoingState.CONTENT_REVIEW)
    holds("phongdien.vanthu", "phong-dien.chanh-van-phong")

    with pytest.raises(Refused) as refusal:
        case.approve_content(by="phongdien.vanthu")

    assert refusal.value.code == "review.no_form_checker"
    assert case.state is OutgoingState.CONTENT_REVIEW
    assert checks(case) == []


def test_a_reviewers_edit_is_a_new_version_that_others_check_anew(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    before = case.row.current_version_id

    case.edit("truongphong", subject="phê duyệt Kế hoạch đã sửa")
    shared_desks.work_off()

    assert case.state is OutgoingState.CONTENT_REVIEW
    assert case.row.current_version_id != before
    assert case.row.subject == "phê duyệt Kế hoạch đã sửa"
    with pytest.raises(Forbidden):
        case.approve_content(by="truongphong")
    with pytest.raises(Forbidden):
        case.approve_content(by="chuyenvien")
    case.approve_content(by="phophong")
    assert case.state is OutgoingState.FORM_REVIEW


def test_a_form_checkers_edit_goes_back_to_the_content_and_another_checks_it(
    shared_desks: Desks, holds
):
    case = begun(shared_desks, WARD, "phong-dien.chu-tich", "TM.")
    onward(case, OutgoingState.FORM_REVIEW)

    case.edit("phongdien.vanthu", subject="phê duyệt Kế hoạch, sửa thể thức")
    shared_desks.work_off()

    assert case.state is OutgoingState.CONTENT_REVIEW
    with pytest.raises(Refused) as refusal:
        case.approve_content()
    assert refusal.value.code == "review.no_form_checker"
    holds("phongdien.chuyenvien", "phong-dien.kiem-tra")
    with pytest.raises(Refused):
        case.approve_content()
    holds("phongdien.chutich", "phong-dien.kiem-tra")
    case.approve_content()
    with pytest.raises(Forbidden):
        case.approve_form(by="phongdien.vanthu")
    case.approve_form(by="phongdien.chutich")
    assert case.state is OutgoingState.AWAITING_SIGNATURE


def test_an_edit_that_leaves_something_out_changes_nothing(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    seen = case.seen

    with pytest.raises(Refused) as refusal:
        case.edit("truongphong", subject="")

    assert refusal.value.code == "draft.subject_missing"
    assert case.seen == seen


REVIEWERS = {
    OutgoingState.CONTENT_REVIEW: "truongphong",
    OutgoingState.FORM_REVIEW: "kiemtra",
    OutgoingState.AWAITING_SIGNATURE: "phochutich",
    OutgoingState.APPROVED: "phochutich",
    OutgoingState.AWAITING_NUMBER: "vanthu",
}


BEFORE = {OutgoingState.APPROVED: OutgoingState.AWAITING_SIGNATURE}


@pytest.mark.parametrize(("state", "person"), REVIEWERS.items(), ids=REVIEWERS)
def test_whose_desk_it_lies_on_may_give_it_back_with_a_reason(
    shared_desks: Desks, state: OutgoingState, person: str
):
    case = walk(shared_desks, BEFORE.get(state, state))
    if state is OutgoingState.APPROVED:
        signing_desk.approve(
            shared_desks.office, shared_desks.person(person), case.id, case.seen, shown=case.shown
        )

    for too_little in ("", "   chưa đạt   ", "." * 9):
        with pytest.raises(Refused) as refusal:
            case.send_back(person, too_little)
        assert refusal.value.code == "review.reason_too_short"
        assert case.state is state
    case.send_back(person, "Phần căn cứ chưa đầy đủ.")

    assert case.state is OutgoingState.DRAFT
    assert case.row.return_reason == "Phần căn cứ chưa đầy đủ."
    assert [passed for _, _, passed in checks(case)].count(False) == 1


def test_a_document_given_back_after_signing_is_signed_anew(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_NUMBER)
    signed_before = case.shown
    case.send_back("vanthu", "Sai thẩm quyền ký, đề nghị trình lại.")
    seen = case.seen
    changed = case.draft.model_copy(update={"subject": "phê duyệt Kế hoạch, trình lại"})
    drafter = shared_desks.person("chuyenvien")
    drafting.save(shared_desks.office, drafter, case.id, seen, changed)

    onward(case, OutgoingState.AWAITING_SIGNATURE)

    with pytest.raises(Refused) as refusal:
        case.sign(shown=signed_before)
    assert refusal.value.code == "signing.bytes_differ"
    onward(case, OutgoingState.AWAITING_ISSUE)


@pytest.mark.parametrize("state", [s for s in OutgoingState if s not in REVIEWERS])
def test_nothing_is_given_back_from_where_it_lies_on_no_desk(state: OutgoingState):
    with pytest.raises(Refused) as refusal:
        reviewing._desk(Document(state=state))  # noqa: SLF001 - tells whose desk it lies on

    assert refusal.value.code == "workflow.moved_on"


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (OutgoingState.DRAFT, Case.submit),
        (OutgoingState.CONTENT_REVIEW, Case.approve_content),
        (OutgoingState.CONTENT_REVIEW, Case.withdraw),
        (OutgoingState.FORM_REVIEW, Case.approve_form),
        (OutgoingState.AWAITING_SIGNATURE, Case.sign),
        (OutgoingState.AWAITING_NUMBER, Case.number_and_seal),
        (OutgoingState.AWAITING_ISSUE, Case.issue),
    ],
)
def test_a_page_that_is_out_of_date_does_nothing(shared_desks: Desks, state, act):
    case = walk(shared_desks, state)
    seen, acts = case.seen, case.acts

    with pytest.raises(MovedOn) as refusal:
        act(case, seen=seen - 1)

    assert refusal.value.code == "workflow.moved_on"
    assert (case.state, case.seen, case.acts) == (state, seen, acts)


def test_an_opinion_is_kept_under_name_and_post(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    reviewing.comment(
        shared_desks.office, shared_desks.person("truongphong"), case.id, " Bổ sung số liệu. "
    )

    with shared_desks.office.sessions() as session:
        (opinion,) = reading.opinions(session, session.get_one(type(case.row), case.id))
    assert (opinion.words, opinion.post_title) == ("Bổ sung số liệu.", "Trưởng phòng")


def test_an_empty_opinion_is_none(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(Refused) as refusal:
        reviewing.comment(shared_desks.office, shared_desks.person("truongphong"), case.id, " \n")

    assert refusal.value.code == "review.comment_empty"


def test_nobody_gives_an_opinion_on_what_they_may_not_read(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(NotFound):
        reviewing.comment(shared_desks.office, shared_desks.person("vanthu"), case.id, "Đồng ý.")
