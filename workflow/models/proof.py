"""Proof that lasts: time-stamps, validation data, what these were made from, kept verdicts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, Identified


class Proof(Identified, Base):
    """How far the proof of one issued file has come (ETSI EN 319 142-1: B-B to B-LTA)."""

    __tablename__ = "proof"
    __table_args__ = (Index("ix_proof_next_attempt_at", "next_attempt_at"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), unique=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"))
    level: Mapped[str]
    wanted: Mapped[str]
    """The level this document shall reach."""
    sha256: Mapped[str]
    """The best file there is; every earlier one is its beginning."""
    size: Mapped[int]
    made_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    """When the next step is due; a finished proof names the day of its renewal."""
    expires_at: Mapped[datetime | None]
    """The earliest end of what the proof rests on."""
    trouble: Mapped[str | None]
    """Code of what stopped the last attempt."""
    about: Mapped[str | None]
    """Whose certificate it was about, if it was about one."""


class Evidence(Identified, Base):
    """One piece that a check rested on, kept and some day destroyed (TT 15/2025: K9, V7)."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("document_id", "kind", "sha256"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    kind: Mapped[str]
    """``certificate``, ``crl``, ``ocsp``, ``timestamp`` or ``cps``."""
    name: Mapped[str]
    """Whose it is, in a person's words."""
    sha256: Mapped[str]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    gathered_at: Mapped[datetime]
    keep_until: Mapped[date | None]
    """The day from which it may be destroyed; none keeps it as long as the document."""
    destroyed_at: Mapped[datetime | None]
    destroyed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    destroyed_why: Mapped[str | None]


class KeptVerdict(Identified, Base):
    """A verdict that need not be worked out again the same day."""

    __tablename__ = "kept_verdict"
    __table_args__ = (UniqueConstraint("sha256", "policy", "trust_version", "day", "expected"),)

    sha256: Mapped[str]
    policy: Mapped[str]
    trust_version: Mapped[str]
    day: Mapped[date]
    expected: Mapped[str]
    """SHA-256 of what signatures were asked for."""
    verdict: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
