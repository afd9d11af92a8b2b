"""Everyone's acts on a document of the demonstration, in the order of the decree.

Each prepared draft has a cast of its own. ``walk`` lets them act until the document has come to a
state, so that a test begins where its question begins; the verbs of ``Case`` and ``Arrival`` let
the right person act unless a test names another, on the page as it stands unless it is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from console.demonstration.load import PASSPHRASE
from tests.office import Desks, code_of
from workflow.incoming import handling
from workflow.incoming.handling import Order
from workflow.models import Document, Incoming, JournalLine
from workflow.outgoing import drafting, reviewing, sealing, sending
from workflow.outgoing.draft import Draft, read_draft
from workflow.signatures import signing_desk
from workflow.states import DeliveryState, IncomingState, OutgoingState

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts on one outgoing document."""

    drafter: str
    reviewer: str
    checker: str
    signer: str
    clerk: str


CASTS = {
    "support-plan": Cast("chuyenvien", "truongphong", "kiemtra", "phochutich", "vanthu"),
    "survey-letter": Cast("chuyenvien2", "truongphong", "kiemtra", "chanhvanphong", "vanthu"),
    "electronic-documents-regulation": Cast(
        "th.chuyenvien", "th.truongphong", "kiemtra", "chutich", "vanthu"
    ),
    "support-report": Cast(
        "sdttg.chuyenvien", "sdttg.truongphong", "sdttg.kiemtra", "sdttg.giamdoc", "sdttg.vanthu"
    ),
}


@dataclass(frozen=True, slots=True)
class Staff:
    """Who receives at one agency."""

    clerk: str
    leader: str
    handler: str
    helper: str


STAFF = {
    "ubnd": Staff("vanthu", "chutich", "chuyenvien", "chuyenvien2"),
    "sdttg": Staff("sdttg.vanthu", "sdttg.giamdoc", "sdttg.chuyenvien", "sdttg.tg.chuyenvien"),
    "snv": Staff("snv.vanthu", "snv.giamdoc", "snv.chuyenvien", "snv.cc.chuyenvien"),
    "stc": Staff("stc.vanthu", "stc.giamdoc", "stc.chuyenvien", "stc.truongphong"),
    "vi-thanh": Staff(
        "vithanh.vanthu", "vithanh.chutich", "vithanh.chuyenvien", "vithanh.chanhvanphong"
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One outgoing document and those who act on it."""

    desks: Desks
    id: UUID
    cast: Cast

    @property
    def row(self) -> Document:
        return self.desks.document(self.id)

    @property
    def state(self) -> OutgoingState:
        return self._of(Document.state)

    @property
    def seen(self) -> int:
        """The count of the page as it stands now."""
        return self._of(Document.version)

    @property
    def shown(self) -> str:
        """SHA-256 of the bytes that lie before the leader."""
        return self.desks.presented(self.id)

    @property
    def acts(self) -> list[str]:
        """What the journal says was done to it, first to last."""
        with self.desks.office.sessions() as session:
            query = select(JournalLine.action).where(JournalLine.subject_id == self.id)
            return list(session.scalars(query.order_by(JournalLine.seq)))

    @property
    def draft(self) -> Draft:
        return read_draft(self.row.draft)

    def submit(self, by: str = "", seen: int | None = None) -> None:
        self._do(drafting.submit, by or self.cast.drafter, seen)

    def withdraw(self, by: str = "", seen: int | None = None) -> None:
        self._do(drafting.withdraw, by or self.cast.drafter, seen)

    def approve_content(self, by: str = "", seen: int | None = None) -> None:
        self._do(reviewing.approve_content, by or self.cast.reviewer, seen)

    def approve_form(self, by: str = "", seen: int | None = None) -> None:
        self._do(reviewing.approve_form, by or self.cast.checker, seen)

    def send_back(self, by: str, reason: str, seen: int | None = None) -> None:
        self._do(reviewing.send_back, by, seen, reason)

    def edit(self, by: str, **changes: object) -> None:
        self._do(reviewing.edit, by, None, self.draft.model_copy(update=changes))

    def sign(
        self, by: str = "", seen: int | None = None, shown: str = "", secret: str = PASSPHRASE
    ) -> None:
        signing_desk.sign(
            self.desks.office,
            self.desks.person(by or self.cast.signer),
            self.id,
            self._seen(seen),
            shown=shown or self.shown,
            secret=secret,
        )

    def number_and_seal(self, by: str = "", seen: int | None = None) -> None:
        clerk = self.desks.person(by or self.cast.clerk)
        shown = sealing.propose(self.desks.office, clerk, self.id).signed
        sealing.number_and_seal(self.desks.office, clerk, self.id, self._seen(seen), shown=shown)

    def seal_again(self) -> None:
        clerk = self.desks.person(self.cast.clerk)
        shown = sealing.propose(self.desks.office, clerk, self.id).signed
        sealing.seal_again(self.desks.office, clerk, self.id, self._seen(None), shown=shown)

    def issue(self, by: str = "", seen: int | None = None) -> None:
        self._do(sending.issue, by or self.cast.clerk, seen)

    def resend(self) -> None:
        self._do(sending.resend, self.cast.clerk, None)

    def delivered(self) -> dict[str, DeliveryState]:
        return {delivery.organ_id: delivery.state for delivery in self.row.deliveries}

    def statuses(self, organ_id: str) -> list[str]:
        """What one receiver has told, first to last."""
        (delivery,) = [d for d in self.row.deliveries if d.organ_id == organ_id]
        return [status.status_code for status in delivery.statuses]

    def arrived_at(self, agency: str) -> "Arrival":
        (found,) = [i for i in self.desks.arrived(agency) if i.exchange_id == self.row.exchange_id]
        return Arrival(self.desks, found.id, STAFF[agency])

    def _of(self, column: InstrumentedAttribute[Value]) -> Value:
        with self.desks.office.sessions() as session:
            return session.execute(select(column).where(Document.id == self.id)).scalar_one()

    def _seen(self, seen: int | None) -> int:
        return self.seen if seen is None else seen

    def _do(self, verb: Callable[..., object], by: str, seen: int | None, *more: object) -> None:
        verb(self.desks.office, self.desks.person(by), self.id, self._seen(seen), *more)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One incoming document and those who handle it."""

    desks: Desks
    id: UUID
    staff: Staff

    @property
    def row(self) -> Incoming:
        with self.desks.office.sessions() as session:
            incoming = session.get_one(Incoming, self.id)
            _ = incoming.files, incoming.assignments, incoming.directions
            return incoming

    @property
    def state(self) -> IncomingState:
        return self.row.state

    @property
    def seen(self) -> int:
        """The count of the page as it stands now."""
        return self.row.version

    def accept(self, by: str = "", seen: int | None = None) -> None:
        self._do(handling.accept, by or self.staff.clerk, seen)

    def send_back(self, reason: str, by: str = "", seen: int | None = None) -> None:
        self._do(handling.send_back, by or self.staff.clerk, seen, reason)

    def direct(
        self, lead: str = "", helpers: Sequence[str] = (), due: date | None = None, by: str = ""
    ) -> None:
        person = self.desks.person
        order = Order(
            "Giao chủ trì tham mưu, báo cáo trước thời hạn.",
            lead=person(lead or self.staff.handler),
            helpers=[person(helper) for helper in helpers],
            due=due,
        )
        self._do(handling.direct, by or self.staff.leader, None, order)

    def note(self, by: str = "") -> None:
        self._do(handling.note, by or self.staff.leader, None, "Để biết.")

    def start(self, by: str = "") -> None:
        self._do(handling.start, by or self.staff.handler, None)

    def finish(self, result: str = "Đã trả lời.", by: str = "") -> None:
        self._do(handling.finish, by or self.staff.handler, None, result)

    def _do(self, verb: Callable[..., object], by: str, seen: int | None, *more: object) -> None:
        page = self.seen if seen is None else seen
        verb(self.desks.office, self.desks.person(by), self.id, page, *more)


def walk(
    desks: Desks,
    state: OutgoingState,
    name: str = "support-plan",
    *,
    to: Sequence[str] = ("stc",),
    **changes: object,
) -> Case:
    """Bring a prepared draft to ``state`` by its cast's own acts."""
    cast = CASTS[name]
    case = Case(desks, desks.a_draft(name, **changes), cast)
    codes = [code_of(agency) for agency in to]
    drafting.set_deliveries(desks.office, desks.person(cast.drafter), case.id, codes)
    return onward(case, state)


def begun(desks: Desks, cast: Cast, signer_post: str, competence: str, **changes: object) -> Case:
    """A draft of the cast's own agency, with the words of the prepared plan."""
    fields = {"signer_post_id": desks.post(signer_post), "competence": competence, **changes}
    office, drafter = desks.office, desks.person(cast.drafter)
    draft = read_draft(PLAN | fields)
    return Case(desks, drafting.begin(office, drafter, draft), cast)


def onward(case: Case, state: OutgoingState) -> Case:
    """Let the cast act until the document has come to ``state``."""
    for _ in ACTS:
        if case.state is state:
            break
        ACTS[case.state](case)
        if case.state is not state:
            case.desks.work_off()
    assert case.state is state, case.row.trouble
    return case


ACTS: dict[OutgoingState, Callable[[Case], None]] = {
    OutgoingState.DRAFT: Case.submit,
    OutgoingState.CONTENT_REVIEW: Case.approve_content,
    OutgoingState.FORM_REVIEW: Case.approve_form,
    OutgoingState.AWAITING_SIGNATURE: Case.sign,
    OutgoingState.APPROVED: Case.sign,
    OutgoingState.AWAITING_NUMBER: Case.number_and_seal,
    OutgoingState.AWAITING_ISSUE: Case.issue,
}
"""Whose turn it is in each state that waits for a person."""

PLAN: dict[str, object] = {
    "form": "1.2",
    "type_code": "QĐ",
    "subject": "phê duyệt Kế hoạch kiểm tra công tác văn thư năm 2027",
    "bases": ["Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"],
    "body": "Điều 1. Phê duyệt Kế hoạch kèm theo Quyết định này.",
    "to_places": ["Như Điều 1", "Lưu: VT"],
}
