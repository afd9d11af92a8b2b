"""What must be true when the violence is over, each as a question that the database can fail.

Every finding is a sentence; none means that nothing was lost, doubled or left half done.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import way
from console.proof import number_in
from documents.words import number_text
from signing.checking.verdict import Conclusion
from workflow import anchors, journal
from workflow.models import (
    Delivery,
    Document,
    DocumentArtifact,
    Incoming,
    JournalLine,
    MailItem,
    Packet,
    RegisterEntry,
    SeriesYear,
    StatusMessage,
)
from workflow.models.outgoing import ArtifactKind
from workflow.office import Office
from workflow.states import (
    WORK,
    DeliveryState,
    IncomingState,
    OutgoingAction,
    OutgoingState,
    PacketState,
)

_ONCE = (
    OutgoingAction.NUMBER,
    OutgoingAction.FINISH_RENDERING,
    OutgoingAction.FINISH_SIGNING,
    OutgoingAction.FINISH_SEALING,
    OutgoingAction.FINISH_SENDING,
)
"""What the journal may tell once of each document that nobody gave back."""


def unfinished(session: Session) -> int:
    """Count everything that a worker or an act of this run still has to bring to its end."""
    open_ones = [
        select(func.count()).where(Document.state != OutgoingState.ISSUED),
        select(func.count()).where(Incoming.state != IncomingState.REGISTERED),
        select(func.count()).where(Delivery.state != DeliveryState.SENT),
        select(func.count()).where(StatusMessage.state != DeliveryState.SENT),
        select(func.count()).where(MailItem.acknowledged_at.is_(None)),
        select(func.count()).where(Packet.state.not_in([PacketState.TAKEN, PacketState.REPEATED])),
    ]
    return sum(session.scalar(query) or 0 for query in open_ones)


def findings(office: Office, expected: int, anchor_folders: Iterable[Path]) -> Iterator[str]:
    """Give everything that is not as it must be.

    Args:
        office: The installation, at rest.
        expected: How many documents were begun.
        anchor_folders: Where heads of the journal were kept outside the database.
    """
    with office.sessions() as session:
        documents = session.scalars(select(Document)).all()
        if len(documents) != expected:
            yield f"{expected} documents were begun, {len(documents)} are there"
        yield from _left_working(session)
        yield from _numbers(session)
        for document in documents:
            yield from _document(office, session, document)
        yield from _mail(session)
        yield from _arrivals(session)
        for folder in anchor_folders:
            for gap in journal.breaks(session, anchors.read(folder)):
                yield f"journal of {gap.agency_id} at {gap.seq}: {gap.kind}"


def _left_working(session: Session) -> Iterator[str]:
    for row in (*session.scalars(select(Document)), *session.scalars(select(Incoming))):
        if row.state in WORK or row.trouble:
            yield f"{row} {row.id} still waits for a worker: {row.state.value} {row.trouble}"
    for sent in (*session.scalars(select(Delivery)), *session.scalars(select(StatusMessage))):
        if sent.state is not DeliveryState.SENT:
            yield f"{sent} {sent.id} was not sent: {sent.state.value} {sent.trouble}"
    for packet in session.scalars(select(Packet)):
        if packet.state not in {PacketState.TAKEN, PacketState.REPEATED}:
            yield f"packet {packet.id} rests at {packet.state.value} {packet.trouble}"


def _numbers(session: Session) -> Iterator[str]:
    """Look for gaps and doubles in every register, and for a counter that ran ahead."""
    for counter in session.scalars(select(SeriesYear)):
        entries = session.scalars(
            select(RegisterEntry)
            .where(RegisterEntry.series_id == counter.series_id, RegisterEntry.year == counter.year)
            .order_by(RegisterEntry.number)
        ).all()
        numbers = [entry.number for entry in entries]
        first = entries[0].series.starts_at if entries else counter.next_number
        if numbers != list(range(first, counter.next_number)):
            yield f"series {counter.series_id} up to {counter.next_number} has numbers {numbers}"


def _document(office: Office, session: Session, document: Document) -> Iterator[str]:
    name = f"document {document.id}"
    if document.state is not OutgoingState.ISSUED:
        yield f"{name} is not issued: {document.state.value}"
        return
    kinds = Counter(artifact.kind for artifact in document.artifacts)
    stages = set(ArtifactKind) - (set() if document.agency.initials else {ArtifactKind.INITIALLED})
    if kinds != Counter(dict.fromkeys(stages, 1)):
        yield f"{name} has artifacts {dict(kinds)}"
    entries = session.scalars(
        select(RegisterEntry.number).where(RegisterEntry.document_id == document.id)
    ).all()
    if list(entries) != [document.code_number]:
        yield f"{name} bears number {document.code_number}, the register has {entries}"
    for issued in _issued(document):
        printed = number_in(office.artifacts.get(issued.sha256))
        if printed != number_text(document.code_number or 0):
            yield f"{name} bears number {document.code_number}, its PDF has {printed}"
    yield from _story(session, document)
    for delivery in document.deliveries:
        yield from _delivery(session, document, delivery)


def _story(session: Session, document: Document) -> Iterator[str]:
    """See that the journal tells of each step once, and of each sending once."""
    lines = session.scalars(select(JournalLine).where(JournalLine.subject_id == document.id)).all()
    told = Counter(line.action for line in lines)
    for action in _ONCE:
        if told[action.value] != 1:
            yield f"document {document.id}: {action.value} {told[action.value]} times"
    sent = Counter(line.facts["to"] for line in lines if line.action == "sent")
    if sent != Counter(delivery.organ_id for delivery in document.deliveries):
        yield f"document {document.id} was sent {dict(sent)}"


def _delivery(session: Session, document: Document, delivery: Delivery) -> Iterator[str]:
    """See one piece of mail, one arrival with the issued bytes, and one answer of each kind."""
    name = f"delivery {delivery.id}"
    items = session.scalars(select(MailItem).where(MailItem.key == f"delivery:{delivery.id}")).all()
    if [item.axis_id for item in items] != [delivery.axis_id]:
        yield f"{name} has {len(items)} pieces of mail"
    incoming = way.arrival_of(session, document, delivery)
    if incoming is None:
        yield f"{name} did not arrive"
        return
    received = [file.sha256 for file in incoming.files if file.is_main]
    if received != [issued.sha256 for issued in _issued(document)]:
        yield f"{name}: the receiver has other bytes"
    if (incoming.verdict or {}).get("conclusion") != Conclusion.TOTAL_PASSED:
        yield f"{name}: the receiver concludes {incoming.verdict}"
    answers = Counter(status.status_code for status in delivery.statuses)
    if answers != Counter(["01", "03"]):
        yield f"{name} was answered {dict(answers)}"


def _mail(session: Session) -> Iterator[str]:
    """See as much mail as was to be sent, and nothing besides."""
    items = session.scalar(select(func.count()).select_from(MailItem))
    sent = [session.scalar(select(func.count()).select_from(t)) for t in (Delivery, StatusMessage)]
    if items != sum(count or 0 for count in sent):
        yield f"{items} pieces of mail for {sent} deliveries and statuses"


def _arrivals(session: Session) -> Iterator[str]:
    arrived = session.scalar(select(func.count()).select_from(Incoming))
    sent = session.scalar(select(func.count()).select_from(Delivery))
    if arrived != sent:
        yield f"{sent} deliveries, {arrived} arrivals"
    for incoming in session.scalars(select(Incoming)):
        if incoming.state is not IncomingState.REGISTERED:
            yield f"incoming {incoming.id} is not registered: {incoming.state.value}"


def _issued(document: Document) -> list[DocumentArtifact]:
    return [artifact for artifact in document.artifacts if artifact.kind is ArtifactKind.ISSUED]
