"""Copies that the agency makes of documents (Đ25 to Đ27)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified
from workflow.models.organisation import Agency, Person


class CopyForm(StrEnum):
    """Hình thức sao (Đ25)."""

    TRUE_COPY = "true_copy"
    """Sao y."""
    RECOPY = "recopy"
    """Sao lục."""
    EXCERPT = "excerpt"
    """Trích sao."""


class Copy(Identified, Base):
    """Bản sao sang định dạng điện tử: a scan that bears the agency's digital signature (ô 14)."""

    __tablename__ = "document_copy"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    form: Mapped[CopyForm]
    subject: Mapped[str]
    """Which document it is a copy of, in words."""
    decided_by: Mapped[str]
    """Who decided that it be copied (Đ27.1)."""
    pages: Mapped[int]
    dpi: Mapped[int | None]
    scan: Mapped[str]
    """SHA-256 of the scan."""
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    signed: Mapped[str | None]
    """SHA-256 of the scan with the agency's signature."""
    signed_at: Mapped[datetime | None]
    verdict: Mapped[dict[str, Any] | None]

    agency: Mapped[Agency] = relationship()
    made_by: Mapped[Person] = relationship()
