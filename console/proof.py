"""What must be true of a document that has gone the whole way, read back from what it left.

Nothing here is taken from the steps' own word: the number is read from the PDF, the packet from its
bytes, the receiver's verdict from the receiver.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from sqlalchemy.orm import Session

from documents.words import number_text
from exchange.packet import Attachment, DocumentPacket
from exchange.read import read
from signing.checking.verdict import Conclusion
from signing.making.fields import CODE_NUMBER
from workflow import anchors, journal
from workflow.exchanging import packets
from workflow.models import Delivery, Document, Incoming
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.outgoing import seals
from workflow.states import IncomingState


@dataclass(frozen=True, slots=True)
class Evidence:
    """An issued document as its sender and one of its receivers have it."""

    document: Document
    incoming: Incoming
    pdf: bytes
    """As issued."""
    received: bytes
    """As the receiver has it: what was issued, with the proof that was behind it by then."""
    packet: bytes
    """As sent to that receiver."""
    built: DocumentPacket
    """The same packet before it was written."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold."""

    holds: bool
    code: str
    facts: dict[str, str | int]


def gather(
    office: Office, session: Session, document: Document, delivery: Delivery, incoming: Incoming
) -> Evidence:
    """Fetch what the document has left at both ends."""
    issued = seals.artifact_of(document, ArtifactKind.ISSUED)
    received = next(file.sha256 for file in incoming.files if file.is_main)
    return Evidence(
        document,
        incoming,
        pdf=office.artifacts.get(issued.sha256),
        received=office.artifacts.get(received),
        packet=office.artifacts.get(delivery.packet or ""),
        built=packets.document_packet(office, session, document, delivery),
    )


def checks(session: Session, evidence: Evidence, anchors_folder: Path) -> Iterator[Check]:
    """Look at everything that must hold for the document."""
    document, incoming = evidence.document, evidence.incoming
    number = number_text(document.code_number or 0)
    yield Check(number_in(evidence.pdf) == number, "demo.check_number", {"number": number})
    conclusion = (incoming.verdict or {}).get("conclusion", "")
    passed = conclusion == Conclusion.TOTAL_PASSED
    yield Check(passed, "demo.check_verdict", {"conclusion": conclusion})
    yield Check(evidence.received.startswith(evidence.pdf), "demo.check_same_file", {})
    different = differences(evidence.built, read(evidence.packet))
    yield Check(
        not different,
        "demo.check_packet",
        {"count": len(fields(DocumentPacket)), "different": ", ".join(different) or "0"},
    )
    registered = incoming.state is IncomingState.REGISTERED
    yield Check(registered, "demo.check_register", {"number": incoming.arrival_number or 0})
    breaks = list(journal.breaks(session, anchors.read(anchors_folder)))
    yield Check(not breaks, "demo.check_journal", {"count": len(breaks)})


def number_in(pdf: bytes) -> str:
    """Read the number that a document bears."""
    values = PdfReader(io.BytesIO(pdf)).get_form_text_fields()
    return str(values.get(CODE_NUMBER, ""))


def differences(built: DocumentPacket, told: Any) -> list[str]:  # noqa: ANN401 - whatever was read
    """Name the fields in which a packet read back differs from the packet that was built.

    The time of the trace is the moment of writing, so only its stations are compared; and a file
    may have got more proof behind it since it was sent.
    """
    if not isinstance(told, DocumentPacket):
        return [field.name for field in fields(DocumentPacket)]
    if _have_grown(told.attachments, built.attachments):
        told = replace(told, attachments=built.attachments)
    stations = [station.organ_id for station in told.trace]
    if stations == [station.organ_id for station in built.trace]:
        told = replace(told, trace=built.trace)
    return [
        field.name
        for field in fields(DocumentPacket)
        if getattr(built, field.name) != getattr(told, field.name)
    ]


def _have_grown(sent: Sequence[Attachment], now: Sequence[Attachment]) -> bool:
    return len(sent) == len(now) and all(
        later.data.startswith(earlier.data) and replace(later, data=earlier.data) == earlier
        for earlier, later in zip(sent, now, strict=True)
    )
