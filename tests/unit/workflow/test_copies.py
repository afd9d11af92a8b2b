"""Copies to electronic form: looked at, signed by the agency in the corner, once."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.errors import Forbidden, NotFound, Refused, Unavailable
from signing.checking.verdict import Integrity
from tests.office import Desks
from tests.scanned import scanned
from workflow.models import Authorisation, Copy, CopyForm, JournalLine
from workflow.office import Desk
from workflow.outgoing import copies

FIELDS: dict[str, Any] = {
    "form": CopyForm.TRUE_COPY,
    "subject": "Quyết định số 15/QĐ-BNV ngày 05/01/2026 về việc giao nhiệm vụ",
    "decided_by": "Chánh Văn phòng Trần Minh Khôi",
    "name": "quet.pdf",
}
SCAN = scanned()


def begun(desks: Desks, by: str = "vanthu", scan: bytes = SCAN, **fields: object) -> UUID:
    return copies.begin(
        desks.office, desks.person(by), desks.agency("ubnd"), scan=scan, **(FIELDS | fields)
    )


def row(desks: Desks, copy_id: UUID) -> Copy:
    with desks.office.sessions() as session:
        return session.get_one(Copy, copy_id)


def sign(desks: Desks, copy_id: UUID, by: str = "vanthu", shown: str = "") -> None:
    shown = shown or row(desks, copy_id).scan
    copies.sign(desks.office, desks.person(by), copy_id, shown=shown)


def test_a_copy_bears_the_agencys_signature_and_begins_with_the_scan(shared_desks: Desks):
    copy_id = begun(shared_desks)

    sign(shared_desks, copy_id)

    copy, office = row(shared_desks, copy_id), shared_desks.office
    pdf = office.artifacts.get(copy.signed)
    (signature,) = office.check(pdf, trust=office.trust(), at=office.clock()).signatures
    assert pdf.startswith(office.artifacts.get(copy.scan))
    assert signature.signer_name == "Ủy ban nhân dân thành phố Cần Thơ"
    assert signature.integrity is Integrity.INTACT
    with office.sessions() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.subject_id == copy_id))
        told = [(line.action, line.facts["decided_by"]) for line in lines]
    assert told == [(act, FIELDS["decided_by"]) for act in ("begin_copy", "sign_copy")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": " \n"}, "copy.subject_missing"),
        ({"decided_by": ""}, "copy.decided_by_missing"),
        ({"name": "quet.png", "scan": b"\x89PNG\r\n\x1a\n"}, "copy.not_pdf"),
        ({"scan": scanned(dpi=150)}, "documents.scan_too_coarse"),
    ],
)
def test_what_is_not_fit_is_refused_at_the_door(shared_desks: Desks, fields: dict, code: str):
    with pytest.raises(Refused) as refusal:
        begun(shared_desks, **fields)

    assert refusal.value.code == code


def test_only_the_agencys_own_clerical_office_makes_its_copies(shared_desks: Desks):
    copy_id = begun(shared_desks)

    for stranger in ("chuyenvien", "chutich", "snv.vanthu"):
        with pytest.raises(Forbidden):
            begun(shared_desks, by=stranger)
        with pytest.raises(NotFound):
            sign(shared_desks, copy_id, by=stranger)
    assert row(shared_desks, copy_id).signed is None


def test_bytes_other_than_those_shown_are_not_signed(shared_desks: Desks):
    copy_id = begun(shared_desks)

    with pytest.raises(Refused) as refusal:
        sign(shared_desks, copy_id, shown="0" * 64)

    assert refusal.value.code == "signing.bytes_differ"
    assert row(shared_desks, copy_id).signed is None


class Dying:
    """A signing process that dies right after it has signed."""

    def __init__(self, real: Desk) -> None:
        self._real, self.dies = real, True

    def seal_certificate(self, key: str) -> bytes:
        return self._real.seal_certificate(key)

    def apply(self, intent_id: UUID) -> str:
        result = self._real.apply(intent_id)
        if self.dies:
            self.dies = False
            raise Unavailable("signing.process_unavailable")
        return result


def test_asked_again_after_a_failure_it_is_signed_once(shared_desks: Desks):
    desk = Dying(shared_desks.office.desk)
    desks = replace(shared_desks, office=replace(shared_desks.office, desk=desk))
    copy_id = begun(desks)
    with pytest.raises(Unavailable):
        sign(desks, copy_id)

    sign(desks, copy_id)
    sign(desks, copy_id)

    with desks.office.sessions() as session:
        given = session.scalars(select(Authorisation).where(Authorisation.copy_id == copy_id)).one()
    assert given.result == row(desks, copy_id).signed
