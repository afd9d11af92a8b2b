"""Keys that sign, and the intents that let one be used: each use consumes one, given by a person.

No private key and no secret is ever here: a row says where a key lies and whose it is.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified


class KeyKind(StrEnum):
    """Where a key lies, and so who can make it sign."""

    PKCS12 = "pkcs12"
    """A container at the signing process; demonstration only."""
    PKCS11 = "pkcs11"
    """A token or HSM in the server room, at the signing process."""
    VGCA = "vgca"
    """A token at the person's computer, reached through VGCA Sign Service."""
    AGENT = "agent"
    """A token at the person's computer, reached through our own agent."""
    CSC = "csc"
    """A remote signing service that speaks the CSC API."""
    MYSIGN = "mysign"
    """Viettel MySign."""
    SMARTCA = "smartca"
    """VNPT SmartCA."""

    @property
    def at_hand(self) -> bool:
        """Tell whether the signature is made at the person's own computer and handed in."""
        return self in {KeyKind.VGCA, KeyKind.AGENT}


class SigningKey(Identified, Base):
    """Khóa ký: a person's or an agency's key, by where it lies."""

    __tablename__ = "signing_key"

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    kind: Mapped[KeyKind]
    label: Mapped[str]
    """What its owner calls it."""
    reference: Mapped[dict[str, Any]]
    """What finds it: ``{"container": …}``, ``{"credential_id": …, "user_id": …}``, by kind."""
    registered_at: Mapped[datetime | None]
    """Empty while it is only proposed (``key_register``)."""
    withdrawn_at: Mapped[datetime | None]

    @property
    def asks_pin(self) -> bool:
        """Tell whether its owner types a passphrase or PIN into our page."""
        return self.kind is KeyKind.PKCS12 or "pin" in self.reference.get("asks", ())

    @property
    def asks_code(self) -> bool:
        """Tell whether its owner types a code for one time into our page."""
        return "otp" in self.reference.get("asks", ())

    @property
    def asks_phone(self) -> bool:
        """Tell whether its owner confirms in the application of a remote service."""
        return "phone" in self.reference.get("asks", ())

    @property
    def sends_code(self) -> bool:
        """Tell whether its service sends that code when it is asked to."""
        return bool(self.reference.get("sends_otp"))


class SigningAgent(Identified, Base):
    """Máy ký: a person's computer whose agent is paired to this account and this address."""

    __tablename__ = "signing_agent"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    code_hash: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256 of the pairing code, until it is used."""
    code_expires_at: Mapped[datetime]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256 of the token that the paired agent shows."""
    paired_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Purpose(StrEnum):
    """What a signature is for."""

    APPROVE = "approve"
    """The competent person's (Đ13, Annex I, II.7)."""
    SEAL = "seal"
    """The agency's, with number and date (Đ15, Annex I, II.8)."""
    APPENDIX = "appendix"
    """The agency's on an annex in a file of its own."""
    COPY = "copy"
    """The agency's on a copy (ô 14)."""
    COMMENT = "comment"
    """An opinion by certificate, before the signer."""


class SigningBatch(Identified, Base):
    """What a person signs at one go with one key and one secret."""

    __tablename__ = "signing_batch"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    signing_key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_key.id"))
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    signing_key: Mapped[SigningKey] = relationship()
    authorisations: Mapped[list["Authorisation"]] = relationship(
        order_by="Authorisation.ordinal", back_populates="batch"
    )


class Authorisation(Identified, Base):
    """A named person lets one key write one field of one document's exact bytes, once.

    It ends in one of three ways: it is consumed (``result``), called off (``void_at`` with its
    ``trouble``), or runs out (``expires_at``).
    """

    __tablename__ = "authorisation"
    __table_args__ = (
        Index("ix_authorisation_document_id_field", "document_id", "field"),
        CheckConstraint("num_nonnulls(document_id, copy_id) = 1", name="document_or_copy"),
    )

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), nullable=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("document_version.id"), nullable=True)
    copy_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_copy.id"), index=True)
    """Set where a copy is signed; only then, and only ``copies`` asks for such, the two above are
    empty."""
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Purpose]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_batch.id"), index=True)
    ordinal: Mapped[int] = mapped_column(default=0)
    """Place in the batch."""
    key: Mapped[str]
    """``people/<signing key's id>`` or ``seals/<organ id>``."""
    field: Mapped[str]
    """The reserved field; with VGCA, the one it made, once that is known."""
    sha256: Mapped[str]
    """The bytes that were shown and that alone may be signed."""
    pages: Mapped[int | None]
    """How many pages were shown."""
    facts: Mapped[dict[str, Any]]
    """Reason, place, and for the seal the number and date to fill in."""
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ticket_hash: Mapped[str | None] = mapped_column(unique=True)
    """SHA-256 of the one-time address at which a signature made at hand is handed in."""
    prepared: Mapped[str | None]
    """SHA-256 of the file prepared for a signature made at hand, with its place still empty."""
    attributes: Mapped[bytes | None]
    """What the key signs then: DER of the signed attributes."""
    void_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    """Code of why no signature came of it."""
    consumed_at: Mapped[datetime | None]
    result: Mapped[str | None]
    """SHA-256 of the signed bytes; asking again gives the same."""

    batch: Mapped[SigningBatch | None] = relationship(back_populates="authorisations")

    @property
    def open(self) -> bool:
        """Tell whether it was neither consumed nor called off."""
        return self.result is None and self.void_at is None
