"""What went over the axis: raw packets, statuses to send back, and the installation's own mail."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, Identified
from workflow.states import DeliveryState, PacketState


class Packet(Identified, Base):
    """A packet as received, stored raw before anybody looks into it."""

    __tablename__ = "packet"
    __table_args__ = (
        UniqueConstraint("agency_id", "axis_id"),
        Index("ix_packet_state_received_at", "state", "received_at"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The receiver."""
    axis_id: Mapped[str]
    kind: Mapped[str]
    sender_organ_id: Mapped[str]
    """As the axis states it; never taken from inside the packet."""
    sha256: Mapped[str]
    received_at: Mapped[datetime]
    state: Mapped[PacketState]
    trouble: Mapped[str | None]


class StatusMessage(Identified, Base):
    """A status that we owe to the sender of an incoming document."""

    __tablename__ = "status_message"
    __table_args__ = (
        UniqueConstraint("incoming_id", "status_code"),
        Index("ix_status_message_state_next_attempt_at", "state", "next_attempt_at"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    incoming_id: Mapped[UUID] = mapped_column(ForeignKey("incoming.id"))
    status_code: Mapped[str]
    description: Mapped[str]
    staff: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[DeliveryState]
    axis_id: Mapped[str | None]
    packet: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    trouble: Mapped[str | None]

    @property
    def addressee(self) -> str:
        """What the journal calls this sending."""
        return self.status_code


class MailItem(Base):
    """Mail between agencies of this installation: what the axis is between others."""

    __tablename__ = "mail_item"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_mail_item_agency_id_acknowledged_at", "agency_id", "acknowledged_at"),
    )

    axis_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    """The sender's own key: the same sending asked twice is one item."""
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The receiver."""
    kind: Mapped[str]
    from_organ_id: Mapped[str]
    to_organ_id: Mapped[str]
    sha256: Mapped[str]
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]
