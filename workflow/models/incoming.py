"""An incoming document, its files, the leader's direction and who handles it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified
from workflow.models.organisation import Agency, Person
from workflow.states import IncomingState


class Incoming(Identified, Base):
    """Văn bản đến: what arrived, what the check said, and where it stands."""

    __tablename__ = "incoming"
    __table_args__ = (
        UniqueConstraint("agency_id", "sender_organ_id", "exchange_id"),
        Index("ix_incoming_agency_id_state", "agency_id", "state"),
        Index("ix_incoming_state_state_since", "state", "state_since"),
        Index("ix_incoming_agency_id_code", "agency_id", "code_number", "code_notation"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    state: Mapped[IncomingState]
    state_since: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("packet.id"))

    sender_organ_id: Mapped[str]
    sender_name: Mapped[str]
    sender_agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    """The sender in our directory, found by any of its codes."""
    exchange_id: Mapped[str]
    """DocumentId as received."""
    code_number: Mapped[str]
    code_notation: Mapped[str]
    issued_date: Mapped[date | None]
    type_name: Mapped[str]
    subject: Mapped[str]
    search: Mapped[str]
    urgency: Mapped[str]
    signer_name: Mapped[str]
    signer_position: Mapped[str]
    reply_due: Mapped[date | None]
    arrived_at: Mapped[datetime]

    verdict: Mapped[dict[str, Any] | None]
    return_reason: Mapped[str | None]
    arrival_number: Mapped[int | None]
    arrival_date: Mapped[date | None]
    trouble: Mapped[str | None]

    agency: Mapped[Agency] = relationship(foreign_keys=[agency_id])
    files: Mapped[list["IncomingFile"]] = relationship(order_by="IncomingFile.ordinal")
    directions: Mapped[list["Direction"]] = relationship(order_by="Direction.at")
    assignments: Mapped[list["Assignment"]] = relationship(order_by="Assignment.is_lead.desc()")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands


class IncomingFile(Identified, Base):
    """A file of an incoming document; the first PDF is the document itself."""

    __tablename__ = "incoming_file"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    incoming_id: Mapped[UUID] = mapped_column(ForeignKey("incoming.id"), index=True)
    ordinal: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    is_main: Mapped[bool]


class Direction(Identified, Base):
    """Ý kiến chỉ đạo (Đ23.2): chủ trì, phối hợp, hạn, or only for information."""

    __tablename__ = "direction"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    incoming_id: Mapped[UUID] = mapped_column(ForeignKey("incoming.id"), index=True)
    leader_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    leader_name: Mapped[str]
    post_title: Mapped[str]
    words: Mapped[str]
    for_information: Mapped[bool]
    due_date: Mapped[date | None]
    at: Mapped[datetime]


class Assignment(Identified, Base):
    """One person's part in handling: chủ trì or phối hợp."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("incoming_id", "person_id"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    incoming_id: Mapped[UUID] = mapped_column(ForeignKey("incoming.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    is_lead: Mapped[bool]
    due_date: Mapped[date | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[str]

    person: Mapped[Person] = relationship()
