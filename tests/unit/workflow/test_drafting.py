"""The drafter's desk: what may be begun, saved, attached, submitted, taken back."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from console.demonstration import data
from kernel.errors import Forbidden, MovedOn, NotFound, Refused
from tests.office import Desks, typed
from tests.unit.workflow.way import Case, Cast, begun, onward, walk
from workflow.models import Delivery, DocumentVersion, Enclosure, SubmissionPaper, Unit
from workflow.outgoing import drafting
from workflow.outgoing.draft import read_draft
from workflow.states import OutgoingState


@pytest.fixture(scope="module")
def untouched(shared_desks: Desks) -> Case:
    """A draft that no test changes."""
    return walk(shared_desks, OutgoingState.DRAFT)


def refusal_of(act, *arguments, **named) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.code


def unit_of(case: Case) -> str:
    with case.desks.office.sessions() as session:
        return session.get_one(Unit, case.row.unit_id).slug


def test_a_draft_begins_in_the_unit_of_its_drafter(untouched: Case):
    assert unit_of(untouched) == "khoa-giao-van-xa"
    assert untouched.row.agency_id == untouched.desks.agency("ubnd")
    assert untouched.acts == ["begin"]


@pytest.mark.parametrize("person", ["vanthu", "kiemtra", "quantri", "chutich"])
def test_who_holds_no_drafting_post_begins_nothing(shared_desks: Desks, person: str):
    draft = typed(shared_desks, data.draft("support-plan"))

    with pytest.raises(Forbidden) as refusal:
        drafting.begin(shared_desks.office, shared_desks.person(person), draft)

    assert refusal.value.code == "draft.no_drafting_post"


def test_nobody_drafts_in_a_unit_that_is_not_theirs(shared_desks: Desks, untouched: Case):
    draft = typed(shared_desks, data.draft("support-plan"))
    elsewhere = untouched.row.unit_id

    with pytest.raises(Forbidden):
        drafting.begin(
            shared_desks.office, shared_desks.person("th.chuyenvien"), draft, unit_id=elsewhere
        )


def test_a_post_that_has_ended_drafts_nothing(shared_desks: Desks):
    """The drafter of Sở Dân tộc held a post in the old province's Ban Dân tộc until 2025."""
    case = walk(shared_desks, OutgoingState.DRAFT, "support-report")
    with shared_desks.office.sessions() as session:
        old = session.scalars(
            select(Unit.id).where(Unit.agency_id == shared_desks.agency("hau-giang-bdt"))
        ).one()

    with pytest.raises(Forbidden):
        drafting.begin(
            shared_desks.office, shared_desks.person(case.cast.drafter), case.draft, unit_id=old
        )


def test_saving_keeps_what_was_typed_and_moves_the_count(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    seen = case.seen
    changed = case.draft.model_copy(update={"subject": "phê duyệt kế hoạch khác"})

    count = drafting.save(
        shared_desks.office, shared_desks.person("chuyenvien"), case.id, seen, changed
    )

    assert count == case.seen > seen
    assert case.row.subject == "phê duyệt kế hoạch khác"


def test_the_window_that_saves_second_is_told_and_overwrites_nothing(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    seen, person = case.seen, shared_desks.person("chuyenvien")
    first, second = (
        case.draft.model_copy(update={"subject": subject}) for subject in ("thứ nhất", "thứ hai")
    )
    drafting.save(shared_desks.office, person, case.id, seen, first)

    with pytest.raises(MovedOn):
        drafting.save(shared_desks.office, person, case.id, seen, second)

    assert case.row.subject == "thứ nhất"


def test_a_submitted_draft_can_no_more_be_typed_into(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(MovedOn):
        drafting.save(
            shared_desks.office,
            shared_desks.person("chuyenvien"),
            case.id,
            case.seen,
            case.draft,
        )


@pytest.mark.parametrize("stranger", ["chuyenvien2", "truongphong", "kiemtra", "chutich", "vanthu"])
def test_a_draft_that_was_not_submitted_exists_for_its_drafter_only(
    shared_desks: Desks, untouched: Case, stranger: str
):
    for act in (drafting.submit, drafting.discard):
        with pytest.raises(NotFound) as refusal:
            act(
                shared_desks.office,
                shared_desks.person(stranger),
                untouched.id,
                untouched.seen,
            )
        assert refusal.value.code == "workflow.no_such_document"


def test_a_document_that_does_not_exist_is_told_the_same(shared_desks: Desks):
    with pytest.raises(NotFound) as refusal:
        drafting.submit(shared_desks.office, shared_desks.person("chuyenvien"), uuid4(), 1)

    assert refusal.value.code == "workflow.no_such_document"


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("support-plan", {"subject": ""}, "draft.subject_missing"),
        ("support-plan", {"body": " \n "}, "draft.body_missing"),
        ("support-plan", {"signer_post_id": None}, "draft.signer_missing"),
        ("survey-letter", {"addressees": ()}, "draft.addressee_missing"),
        ("support-plan", {"form": "1.5", "addressees": ("UBND",)}, "draft.form_not_of_type"),
        ("electronic-documents-regulation", {"issued_body": ""}, "draft.issued_text_missing"),
        ("support-plan", {"competence": "TM."}, "draft.competence_not_allowed"),
    ],
)
def test_what_is_not_complete_is_not_submitted_and_stays_as_it_was(
    shared_desks: Desks, name: str, changes: dict[str, object], code: str
):
    case = walk(shared_desks, OutgoingState.DRAFT, name)
    draft = read_draft(case.row.draft | changes)
    drafter = shared_desks.person(case.cast.drafter)
    seen = drafting.save(shared_desks.office, drafter, case.id, case.seen, draft)

    assert refusal_of(case.submit) == code
    assert (case.state, case.seen) == (OutgoingState.DRAFT, seen)
    assert case.acts == ["begin"]


def test_a_signer_of_another_agency_without_delegation_cannot_be_chosen(shared_desks: Desks):
    post = shared_desks.post("sdttg.giam-doc")

    assert refusal_of(shared_desks.a_draft, signer_post_id=post) == "draft.signer_not_of_agency"


def test_a_post_that_signs_nothing_cannot_be_chosen(shared_desks: Desks):
    post = shared_desks.post("ubnd.van-thu")

    assert refusal_of(shared_desks.a_draft, signer_post_id=post) == "draft.signer_not_of_agency"


@pytest.mark.parametrize("code", ["H99.99", "", "H30", "H30.25"])
def test_only_an_agency_that_is_open_can_be_chosen_as_receiver(
    shared_desks: Desks, untouched: Case, code: str
):
    """H30 was the province that was merged in 2025."""
    drafter = shared_desks.person("chuyenvien")
    before = untouched.delivered()

    refused = refusal_of(
        drafting.set_deliveries, shared_desks.office, drafter, untouched.id, ["H13.02", code]
    )

    assert refused == "draft.receiver_unknown"
    assert untouched.delivered() == before


def test_an_older_code_leads_to_the_same_agency(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT, "support-report", to=[])

    drafting.set_deliveries(
        shared_desks.office, shared_desks.person(case.cast.drafter), case.id, ["000.00.00.H13"]
    )

    with shared_desks.office.sessions() as session:
        chosen = session.scalars(select(Delivery).where(Delivery.document_id == case.id)).all()
    assert [delivery.organ_id for delivery in chosen] == ["H13"]


def test_an_agency_chosen_by_two_of_its_codes_gets_one_packet(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT, "support-report", to=[])

    drafting.set_deliveries(
        shared_desks.office,
        shared_desks.person(case.cast.drafter),
        case.id,
        ["H13", "000.00.00.H13", "H13.02", "H13"],
    )

    assert sorted(case.delivered()) == ["H13", "H13.02"]


def test_what_a_word_processor_hides_in_pasted_text_is_not_typed():
    draft = read_draft(
        {
            "form": "1.2",
            "type_code": "QĐ",
            "subject": "phê duyệt\x0bKế hoạch\x00 năm\x07 2027\ud800",
            "body": "Điều 1.\x00 Một.\r\n\tĐiều 2.\x1fHai.",
            "to_places": ["Như Điều 1\x02"],
        }
    )

    assert draft.subject == "phê duyệt Kế hoạch năm 2027"
    assert draft.body == "Điều 1. Một.\r\n\tĐiều 2. Hai."
    assert draft.to_places == ("Như Điều 1",)


def test_each_submission_keeps_a_version_with_the_names_of_its_day(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)
    case.withdraw()
    case.submit()

    with shared_desks.office.sessions() as session:
        versions = session.scalars(
            select(DocumentVersion)
            .where(DocumentVersion.document_id == case.id)
            .order_by(DocumentVersion.ordinal)
        ).all()
    assert [version.ordinal for version in versions] == [1, 2]
    assert case.row.current_version_id == versions[-1].id
    assert versions[0].content["signature"]["full_name"] == "Trần Thị Ngọc Hạnh"


@pytest.mark.parametrize(
    "state",
    [OutgoingState.CONTENT_REVIEW, OutgoingState.FORM_REVIEW, OutgoingState.AWAITING_SIGNATURE],
)
def test_the_drafter_may_take_back_what_nobody_has_signed(
    shared_desks: Desks, state: OutgoingState
):
    case = walk(shared_desks, state)

    case.withdraw()

    assert case.state is OutgoingState.DRAFT


def test_nobody_takes_back_a_signed_document(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.AWAITING_NUMBER)

    with pytest.raises(MovedOn):
        case.withdraw()

    assert case.state is OutgoingState.AWAITING_NUMBER


def test_nobody_takes_back_the_submission_of_a_colleague(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(Forbidden):
        case.withdraw(by="truongphong")

    assert case.state is OutgoingState.CONTENT_REVIEW


def test_a_draft_laid_aside_stays_in_the_journal_and_moves_no_more(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT)
    drafter = shared_desks.person("chuyenvien")

    drafting.discard(shared_desks.office, drafter, case.id, case.seen)

    assert case.acts == ["begin", "discard"]
    with pytest.raises(MovedOn):
        case.submit()


def test_a_copy_takes_the_words_and_nothing_else(shared_desks: Desks):
    first = walk(shared_desks, OutgoingState.AWAITING_NUMBER)
    drafter = shared_desks.person("chuyenvien")

    copied = drafting.copy(shared_desks.office, drafter, first.id)

    copy = shared_desks.document(copied)
    assert copy.draft == first.row.draft
    assert copy.copied_from_id == first.id
    assert (copy.state, copy.current_version_id) == (OutgoingState.DRAFT, None)
    assert (copy.deliveries, copy.artifacts) == ([], [])


def test_nobody_copies_what_they_may_not_read(shared_desks: Desks, untouched: Case):
    with pytest.raises(NotFound):
        drafting.copy(shared_desks.office, shared_desks.person("chuyenvien2"), untouched.id)


def test_a_copy_drops_a_signer_who_may_sign_no_more(shared_desks: Desks):
    """Where the words are drafted by another agency's people, its leaders sign instead."""
    ward = Cast("ninhkieu.chuyenvien", "", "", "", "")
    case = begun(shared_desks, ward, "ninh-kieu.chu-tich", "TM.")
    with shared_desks.office.act() as session:
        row = session.merge(case.row, load=True)
        row.draft = row.draft | {"signer_post_id": str(shared_desks.post("ubnd.chu-tich"))}

    copied = drafting.copy(shared_desks.office, shared_desks.person(ward.drafter), case.id)

    assert shared_desks.document(copied).signer_post_id is None
    assert shared_desks.document(copied).draft["competence"] == ""


def attach(case: Case, kind: type, name: str = "Phụ lục.txt", data: bytes = b"x") -> UUID:
    desks = case.desks
    return drafting.attach(
        desks.office, desks.person(case.cast.drafter), case.id, kind, name=name, data=data
    )


@pytest.mark.parametrize("kind", [Enclosure, SubmissionPaper])
def test_files_are_kept_in_the_order_they_were_attached(shared_desks: Desks, kind: type):
    case = walk(shared_desks, OutgoingState.DRAFT)
    attach(case, kind, "một.txt", b"1")
    second = attach(case, kind, "hai.txt", b"2")
    attach(case, kind, "ba.txt", b"3")

    drafting.detach(shared_desks.office, shared_desks.person("chuyenvien"), case.id, kind, second)

    with shared_desks.office.sessions() as session:
        query = select(kind.name).where(kind.document_id == case.id).order_by(kind.ordinal)
        assert session.scalars(query).all() == ["một.txt", "ba.txt"]


def test_a_file_of_another_draft_cannot_be_taken_off(shared_desks: Desks):
    mine, other = (walk(shared_desks, OutgoingState.DRAFT) for _ in range(2))
    file_id = attach(other, Enclosure)

    with pytest.raises(NotFound) as refusal:
        drafting.detach(
            shared_desks.office, shared_desks.person("chuyenvien"), mine.id, Enclosure, file_id
        )

    assert refusal.value.code == "workflow.no_such_file"


def test_nothing_is_attached_to_what_was_submitted(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.CONTENT_REVIEW)

    with pytest.raises(MovedOn):
        attach(case, Enclosure)


def test_typesetting_that_fails_gives_the_draft_back_with_the_reason(shared_desks: Desks):
    """An emoji is in none of the fonts that the decree allows."""
    case = walk(shared_desks, OutgoingState.DRAFT, subject="về việc \N{GRINNING FACE}")

    case.submit()
    shared_desks.work_off()

    assert (case.state, case.row.trouble) == (OutgoingState.DRAFT, "documents.letter_missing")
    assert case.acts[-1] == "fail_rendering"


def test_a_page_set_anew_forgets_the_reason_it_failed_for(shared_desks: Desks):
    case = walk(shared_desks, OutgoingState.DRAFT, subject="về việc \N{GRINNING FACE}")
    case.submit()
    shared_desks.work_off()
    mended = case.draft.model_copy(update={"subject": "về việc khác"})
    drafting.save(
        shared_desks.office,
        shared_desks.person("chuyenvien"),
        case.id,
        case.seen,
        mended,
    )

    onward(case, OutgoingState.CONTENT_REVIEW)

    assert case.row.trouble is None
