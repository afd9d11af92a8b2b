"""Number series and registers: one number once, none skipped (Đ15.1, Đ22.2)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified


class SeriesDirection(StrEnum):
    """What a series counts."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class Series(Identified, Base):
    """A number series of an agency; the head decides whether one for all or one per type."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("agency_id", "slug"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    slug: Mapped[str]
    direction: Mapped[SeriesDirection]
    name: Mapped[str]
    types: Mapped[list[Any] | None]
    """Type codes it is for; none means every type without a series of its own."""
    starts_at: Mapped[int]


class SeriesYear(Base):
    """The next number of a series in one year; its row lock is the queue for numbers."""

    __tablename__ = "series_year"

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    next_number: Mapped[int]
    last_date: Mapped[date | None]
    """Date of the last number given; a later number never has an earlier date."""


class RegisterEntry(Identified, Base):
    """One line of a register: a number given to one document."""

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("series_id", "year", "number"),
        UniqueConstraint("document_id"),
        UniqueConstraint("incoming_id"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id"))
    year: Mapped[int]
    number: Mapped[int]
    day: Mapped[date]
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    incoming_id: Mapped[UUID | None] = mapped_column(ForeignKey("incoming.id"))
    registered_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]

    series: Mapped[Series] = relationship()
