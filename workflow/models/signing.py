"""Authorisations: each use of a key consumes one, made by a named person's act."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kernel.database import Base, Identified


class Authorisation(Identified, Base):
    """A named person lets one key write one field of one document's exact bytes, once."""

    __tablename__ = "authorisation"
    __table_args__ = (Index("ix_authorisation_document_id_field", "document_id", "field"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    """``people/<key id>`` or ``seals/<organ id>``."""
    field: Mapped[str]
    sha256: Mapped[str]
    """The bytes that were shown and that alone may be signed."""
    facts: Mapped[dict[str, Any]]
    """Reason, place, and for the seal the number and date to fill in."""
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    consumed_at: Mapped[datetime | None]
    result: Mapped[str | None]
    """SHA-256 of the signed bytes; asking again gives the same."""
