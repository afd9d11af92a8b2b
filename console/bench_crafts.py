"""The single steps of the crafts, measured alone in one warm process.

They are measured on a document that has just gone the whole way, with the keys and the trust list
of that installation, so nothing is lighter here than in use. The bare key operation of the same run
shows how much of a signature is ours.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from console import bench_alone
from console.demonstration.load import PASSPHRASE
from console.figures import Figure, milliseconds
from documents.content import Content
from documents.corner import annex_line
from documents.typeset import Typeset
from documents.words import date_text, number_text
from exchange.packet import Attachment, DocumentPacket
from exchange.read import read
from exchange.write import write_document
from kernel.clock import local_day
from kernel.settings import Settings
from signing.checking.validate import validate
from signing.checking.verdict import Conclusion
from signing.holding.keys import Pkcs12Key, facts
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from signing.making.seal import Fill, number_and_seal
from signing.making.signature import sign
from workflow.exchanging import directory, packets
from workflow.models import (
    Authorisation,
    Document,
    DocumentVersion,
    Person,
    Purpose,
    SigningKey,
)
from workflow.office import Office
from workflow.outgoing import rendering
from workflow.signatures import certificates, intents

_MEGABYTE = 1024 * 1024
_ATTACHED = 8 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class Specimen:
    """One document with what its steps need."""

    office: Office
    content: Content
    seal_width: float
    typeset: Typeset
    presented: bytes
    leader_container: Path
    leader: Pkcs12Key
    leader_image: bytes
    agency: Pkcs12Key
    agency_image: bytes

    def set_page(self) -> Typeset:
        """Typeset the page."""
        return self.office.typesetter.typeset(self.content, seal=self.seal_width)

    def signature_picture(self) -> bytes:
        """Draw the leader's signature image."""
        place = self.typeset.places[SIGNER_SIGNATURE]
        return self.office.typesetter.image_picture(self.leader_image, place)

    def no_picture(self) -> bytes:
        """Draw the place of the signature empty."""
        place = self.typeset.places[SIGNER_SIGNATURE]
        return self.office.typesetter.code_number_picture("", place)

    def sign(self, picture: Callable[[], bytes]) -> bytes:
        """Sign as the leader, the picture drawn as at the signing desk."""
        return sign(
            self.presented,
            self.leader,
            picture=picture(),
            signed_at=self.office.clock(),
            reason="",
            location="",
        )

    def seal(self, signed: bytes, day: date) -> bytes:
        """Number, date and seal, everything drawn anew as at the signing desk."""
        draw, places, number = self.office.typesetter, self.typeset.places, number_text(1)
        written = draw.code_number_picture(number, places[CODE_NUMBER])
        dated = draw.issued_date_picture(day, places[ISSUED_DATE], day.year)
        return number_and_seal(
            signed,
            self.agency,
            number=Fill(number, written),
            issued_date=Fill(date_text(day), dated),
            picture=draw.image_picture(self.agency_image, places[AGENCY_SEAL]),
            signed_at=self.office.clock(),
            reason="",
            location="",
        )

    def validate(self, sealed: bytes) -> None:
        """Check both signatures, as a receiver of this installation does.

        Raises:
            RuntimeError: They do not pass, so the time would mean nothing.
        """
        expected = (
            certificates.expected_signer(_fingerprint(self.leader)),
            certificates.expected_seal(_fingerprint(self.agency)),
        )
        now = self.office.clock()
        verdict = validate(sealed, self.office.trust(), at=now, expected=expected)
        if verdict.conclusion is not Conclusion.TOTAL_PASSED:
            raise RuntimeError(verdict)


def figures(office: Office, settings: Settings, document_id: UUID) -> Iterator[Figure]:
    """Measure typesetting, signing, sealing, checking and reading on an issued document."""
    with office.sessions() as session:
        document = session.get_one(Document, document_id)
        day = document.issued_date or local_day(office.clock())
        specimen = _specimen(office, session, settings, document)
        packet = packets.document_packet(office, session, document, document.deliveries[0])
    typeset, content = specimen.typeset, specimen.content
    yield _ms(f"typeset_{typeset.pages}_pages_ms", specimen.set_page)
    yield _ms("reserve_places_ms", lambda: rendering.reserved(office, content, typeset))
    yield _ms("rsa2048_ms", lambda: specimen.leader.sign(b"document"))
    blank = specimen.no_picture()
    yield _ms("signature_rsa2048_ms", lambda: specimen.sign(lambda: blank))
    yield _ms("signature_rsa2048_image_ms", lambda: specimen.sign(specimen.signature_picture))
    signed = specimen.sign(specimen.signature_picture)
    yield _ms("number_and_seal_ms", lambda: specimen.seal(signed, day))
    sealed = specimen.seal(signed, day)
    yield _ms("validate_two_signatures_ms", lambda: specimen.validate(sealed))
    yield _reading(packet)
    with tempfile.TemporaryDirectory(prefix="vanthu-scan-", dir=settings.var) as folder:
        yield from bench_alone.figures(_alone(office, specimen), Path(folder))


def _specimen(office: Office, session: Session, settings: Settings, document: Document) -> Specimen:
    version = session.get_one(DocumentVersion, document.current_version_id)
    content = Content.model_validate(version.content)
    given = intents.latest(session, document, Purpose.APPROVE)
    person = session.get_one(Person, given.person_id)
    typeset = office.typesetter.typeset(content, seal=document.agency.seal_width_mm)
    keys = settings.keys_folder
    container = keys / "people" / f"{_key_of(given).reference['container']}.p12"
    seal = keys / "seals" / f"{directory.organ_id(document.agency)}.p12"
    return Specimen(
        office=office,
        content=content,
        seal_width=document.agency.seal_width_mm,
        typeset=typeset,
        presented=rendering.reserved(office, content, typeset),
        leader_container=container,
        leader=_open(container, PASSPHRASE),
        leader_image=office.artifacts.get(person.signature_picture or ""),
        agency=_open(seal, (keys / "seal-passphrase").read_text(encoding="utf-8").strip()),
        agency_image=office.artifacts.get(document.agency.seal_picture or ""),
    )


def _key_of(given: Authorisation) -> SigningKey:
    if given.batch is None:
        raise TypeError(given.purpose)
    return given.batch.signing_key


def _alone(office: Office, specimen: Specimen) -> bench_alone.Task:
    code = f"{number_text(1)}/{specimen.content.code_notation}"
    return bench_alone.Task(
        container=specimen.leader_container,
        passphrase=PASSPHRASE,
        document=specimen.presented,
        picture=specimen.signature_picture(),
        line=office.typesetter.corner_line_picture([annex_line(code, office.clock())]),
    )


def _open(container: Path, passphrase: str) -> Pkcs12Key:
    return Pkcs12Key.open(container.read_bytes(), passphrase)


def _reading(packet: DocumentPacket) -> Figure:
    """Measure reading a packet with a large attachment, by its own megabytes."""
    large = Attachment("large", "large.pdf", "application/pdf", b"%PDF-1.7" + os.urandom(_ATTACHED))
    data = write_document(replace(packet, attachments=(*packet.attachments, large)))
    took = milliseconds(lambda: read(data), repeats=5)
    return Figure("edxml_parse_ms_per_mb", took * _MEGABYTE / len(data), "ms/MB")


def _fingerprint(key: Pkcs12Key) -> frozenset[str]:
    return frozenset({facts(key.certificate).fingerprint})


def _ms(name: str, act: Callable[[], object]) -> Figure:
    return Figure(name, milliseconds(act), "ms")
