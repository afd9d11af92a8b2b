"""An outgoing document, and apart from it its versions, files, checks and deliveries."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Optional
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from kernel.database import Base, Identified
from workflow.models.organisation import Agency, Person, Post, Unit
from workflow.states import DeliveryState, OutgoingState

if TYPE_CHECKING:  # the proof refers to its document as well
    from workflow.models.proof import Proof


class Document(Identified, Base):
    """Văn bản đi: where one document stands, and what identifies it."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ix_document_agency_id_state", "agency_id", "state"),
        Index("ix_document_state_state_since", "state", "state_since"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    state: Mapped[OutgoingState]
    state_since: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    """Counts changes of the row; the slower of two writers gets ``StaleDataError``."""

    form: Mapped[str]
    type_code: Mapped[str]
    type_name: Mapped[str]
    subject: Mapped[str]
    search: Mapped[str]
    urgency: Mapped[str]
    drafter_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    signer_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    draft: Mapped[dict[str, Any]]
    """What the clerk has typed so far; a version takes a copy."""
    current_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("document_version.id", use_alter=True)
    )
    copied_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    reply_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("incoming.id", use_alter=True))

    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"))
    code_number: Mapped[int | None]
    code_notation: Mapped[str]
    issued_date: Mapped[date | None]
    exchange_id: Mapped[str | None] = mapped_column(index=True)
    """DocumentId on the axis, fixed at the first sending."""

    return_reason: Mapped[str | None]
    """Why it was sent back last; cleared when it is submitted again."""
    trouble: Mapped[str | None]
    """Code of what stopped the last background step, until it is tried again."""
    created_at: Mapped[datetime]

    agency: Mapped[Agency] = relationship()
    drafter: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()
    signer_post: Mapped[Post | None] = relationship()
    current_version: Mapped["DocumentVersion | None"] = relationship(
        foreign_keys=[current_version_id], post_update=True
    )
    deliveries: Mapped[list["Delivery"]] = relationship(order_by="Delivery.organ_name")
    artifacts: Mapped[list["DocumentArtifact"]] = relationship(order_by="DocumentArtifact.made_at")
    proof: Mapped[Optional["Proof"]] = relationship(viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands


class DocumentVersion(Identified, Base):
    """One version: what was typed, what the page shows, who wrote it, and the bytes to sign."""

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    ordinal: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    draft: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    presented: Mapped[str | None]
    """SHA-256 of the typeset page with its reserved places: what the leader is shown."""
    pages: Mapped[int | None]
    places: Mapped[dict[str, Any] | None]
    """The reserved places by field name, in millimetres."""

    author: Mapped[Person] = relationship()


class ArtifactKind(StrEnum):
    """Which stage of a document the bytes are."""

    PRESENTED = "presented"
    INITIALLED = "initialled"
    """With ký nháy; what the leader is shown then."""
    SIGNED = "signed"
    ISSUED = "issued"


class DocumentArtifact(Identified, Base):
    """Bytes of one stage of one version, with the verdict of the check that let it pass."""

    __tablename__ = "document_artifact"
    __table_args__ = (UniqueConstraint("document_id", "version_id", "kind"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"))
    kind: Mapped[ArtifactKind]
    sha256: Mapped[str]
    size: Mapped[int]
    verdict: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]


class _AttachedFile(Identified):
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    ordinal: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]

    @declared_attr
    @classmethod
    def added_by(cls) -> Mapped[Person]:
        """Who attached it."""
        return relationship()


class Enclosure(_AttachedFile, Base):
    """Văn bản kèm theo: issued and sent with the document."""

    __tablename__ = "enclosure"

    sealed: Mapped[str | None]
    """SHA-256 of the file as the agency has signed it in its corner, once it has."""


class SubmissionPaper(_AttachedFile, Base):
    """Hồ sơ trình: for reviewers and signer only.

    A table of its own, so that nothing that builds a packet can reach it by mistake.
    """

    __tablename__ = "submission_paper"


class ReviewKind(StrEnum):
    """Which check was given."""

    CONTENT = "content"
    """Đ12.1."""
    FORM = "form"
    """Đ12.2."""
    SIGNER = "signer"
    """Đ13."""
    CLERK = "clerk"
    """Văn thư before numbering."""


class Review(Identified, Base):
    """A check given or refused on one version, under a name and a post."""

    __tablename__ = "review"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"))
    kind: Mapped[ReviewKind]
    passed: Mapped[bool]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    post_title: Mapped[str]
    words: Mapped[str]
    sha256: Mapped[str | None]
    """The bytes that were shown and approved, where they are already the ones to sign."""
    at: Mapped[datetime]


class Comment(Identified, Base):
    """Ý kiến on one version."""

    __tablename__ = "comment"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    version_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_version.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    person_name: Mapped[str]
    post_title: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]


class Delivery(Identified, Base):
    """The document on its way to one receiver; apart from the printed lines of Nơi nhận."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("document_id", "organ_id"),
        Index("ix_delivery_state_next_attempt_at", "state", "next_attempt_at"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    """The sender."""
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    organ_id: Mapped[str]
    organ_name: Mapped[str]
    to_place: Mapped[int | None]
    """Ordinal of the printed line it belongs to, if any."""
    state: Mapped[DeliveryState]
    axis_id: Mapped[str | None]
    """DocId that the axis gave."""
    packet: Mapped[str | None]
    """SHA-256 of the packet as sent."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    statuses: Mapped[list["DeliveryStatus"]] = relationship(order_by="DeliveryStatus.received_at")

    @property
    def addressee(self) -> str:
        """What the journal calls this sending."""
        return self.organ_id


class DeliveryStatus(Identified, Base):
    """One status packet that a receiver sent back; never overwritten."""

    __tablename__ = "delivery_status"
    __table_args__ = (UniqueConstraint("delivery_id", "status_code", "stated_at"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id"))
    status_code: Mapped[str]
    description: Mapped[str]
    staff: Mapped[str]
    stated_at: Mapped[datetime]
    received_at: Mapped[datetime]
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("packet.id"))
