"""The journal: one chain of lines per agency, written in the act's own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base


class JournalLine(Base):
    """One act; the application's role may insert it and never change or delete it."""

    __tablename__ = "journal_line"
    __table_args__ = (Index("ix_journal_line_subject_id", "subject_id"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    """None when the system acted."""
    actor_name: Mapped[str]
    post_title: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    source: Mapped[str]
    target: Mapped[str]
    facts: Mapped[dict[str, Any]]
    request_id: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class JournalHead(Base):
    """The last line of an agency's chain; its row lock puts acts in order."""

    __tablename__ = "journal_head"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str]
