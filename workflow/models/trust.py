"""Whom we trust, as acts of two administrators, and the revocation lists of those we trust."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified
from workflow.models.organisation import Person


class TrustKind(StrEnum):
    """What an authority's certificate is for."""

    ANCHOR = "anchor"
    INTERMEDIATE = "intermediate"


class TrustScheme(StrEnum):
    """Under which rules an authority issues."""

    OFFICIAL_DUTY = "official_duty"
    """Chữ ký số chuyên dùng công vụ: Ban Cơ yếu Chính phủ (NĐ 68/2024)."""
    NATIONAL = "national"
    """Chữ ký số công cộng: the national root (NĐ 23/2025)."""
    FOREIGN = "foreign"
    """Nước ngoài được công nhận."""
    TEST = "test"
    """Demonstration and tests only."""


class TrustEntry(Identified, Base):
    """An authority's certificate on the trust list; comes and goes by two administrators."""

    __tablename__ = "trust_entry"
    __table_args__ = (
        CheckConstraint("proposed_by_id <> confirmed_by_id", name="added_by_two"),
        CheckConstraint("removal_by_id <> removed_by_id", name="removed_by_two"),
        Index(
            "uq_trust_entry_standing",
            "fingerprint",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    kind: Mapped[TrustKind]
    scheme: Mapped[TrustScheme]
    fingerprint: Mapped[str] = mapped_column(index=True)
    """SHA-256 of the DER form, lower-case hex."""
    subject: Mapped[str]
    issuer: Mapped[str]
    serial: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    der: Mapped[bytes]
    provenance: Mapped[str]
    """Where the certificate was taken from, in words."""
    source_sha256: Mapped[str]
    """SHA-256 of the file it was taken from."""
    cps: Mapped[str]
    """Address of the certification practice statement, or empty."""
    hosts: Mapped[str]
    """Hosts, blank-separated, where its revocation answers may be fetched."""
    crl_address: Mapped[str]
    """Where the authority publishes its revocation list, or empty."""
    proposed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    removal_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    removal_at: Mapped[datetime | None]
    removal_why: Mapped[str | None]
    removed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]

    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    removal_by: Mapped[Person | None] = relationship(foreign_keys=[removal_by_id])
    removed_by: Mapped[Person | None] = relationship(foreign_keys=[removed_by_id])


class RevocationList(Identified, Base):
    """The last revocation list of one issuer, and how fetching it goes."""

    __tablename__ = "revocation_list"

    issuer: Mapped[str]
    address: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str | None]
    this_update: Mapped[datetime | None]
    next_update: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
