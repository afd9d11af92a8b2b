"""Agencies, units, posts, people, and the papers that give them powers.

A person holds posts, with dates; a post stands in an agency or one of its units and has a role;
powers hang on posts. Agencies have a validity and a successor, because provinces merge and their
old documents stay theirs (Nghị quyết 202/2025/QH15).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kernel.database import Base, Identified


class PostRole(StrEnum):
    """What a post is for."""

    DRAFTER = "drafter"
    """Chuyên viên."""
    UNIT_HEAD = "unit_head"
    """Lãnh đạo đơn vị, answers for content (Đ12.1)."""
    UNIT_DEPUTY = "unit_deputy"
    FORM_CHECKER = "form_checker"
    """Người được giao kiểm tra thể thức (Đ12.2)."""
    LEADER = "leader"
    """Người có thẩm quyền ký (Đ13)."""
    CLERK = "clerk"
    """Văn thư cơ quan (Đ6.3)."""
    ADMINISTRATOR = "administrator"


class Agency(Identified, Base):
    """Cơ quan, tổ chức: an organ that issues and receives documents."""

    __tablename__ = "agency"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    superior_lines: Mapped[list[Any]]
    issuer_lines: Mapped[list[Any]]
    kind: Mapped[str]
    regime: Mapped[str]
    """``collective`` or ``head`` (Đ13.1, 13.2)."""
    symbol: Mapped[str]
    place_name: Mapped[str]
    authority: Mapped[str]
    """Thẩm quyền ban hành as printed."""
    head_authority: Mapped[str]
    contact: Mapped[dict[str, Any]]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    initials: Mapped[bool] = mapped_column(default=False)
    """Whether reviewers' ký nháy is drawn on the page before the leader sees it."""
    seal_picture: Mapped[str | None]
    """SHA-256 of the seal's image."""
    seal_width_mm: Mapped[float]
    seal_height_mm: Mapped[float]
    sort_key: Mapped[str]
    search: Mapped[str]

    identifiers: Mapped[list["AgencyIdentifier"]] = relationship(order_by="AgencyIdentifier.scheme")

    def open_on(self, day: date) -> bool:
        """Tell whether the agency exists on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class AgencyIdentifier(Identified, Base):
    """One of an agency's codes: QĐ 20/2020, the older 13 characters, or the statistics office's."""

    __tablename__ = "agency_identifier"
    __table_args__ = (UniqueConstraint("scheme", "code"),)

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    scheme: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Unit(Identified, Base):
    """Đơn vị within an agency."""

    __tablename__ = "unit"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    slug: Mapped[str]
    name: Mapped[str]
    symbol: Mapped[str]
    sort_key: Mapped[str]


class Person(Identified, Base):
    """A person, whatever posts and accounts they have."""

    __tablename__ = "person"

    full_name: Mapped[str]
    email: Mapped[str]
    sort_key: Mapped[str]
    search: Mapped[str]
    signature_picture: Mapped[str | None]
    """SHA-256 of the blue signature image."""
    initials_picture: Mapped[str | None]
    """SHA-256 of the image of the ký nháy."""


class Account(Identified, Base):
    """How a person signs in."""

    __tablename__ = "account"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="vi")
    closed_at: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=1)
    """Raised to end every open session of the account."""

    person: Mapped[Person] = relationship()


class Post(Identified, Base):
    """Chức vụ: a place with powers, held by one person after another."""

    __tablename__ = "post"

    slug: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str]
    """In running text: ``Phó Chủ tịch``."""
    role: Mapped[PostRole]
    is_head: Mapped[bool]
    competences: Mapped[dict[str, Any]]
    """Ways of signing allowed to the post → printed lines (ô 7a)."""

    agency: Mapped[Agency] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Holding(Identified, Base):
    """A person holds a post from one day to another."""

    __tablename__ = "holding"
    __table_args__ = (Index("ix_holding_person_post", "person_id", "post_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    person: Mapped[Person] = relationship()
    post: Mapped[Post] = relationship()


class Delegation(Identified, Base):
    """Văn bản ủy quyền or thừa lệnh: TUQ. needs it with dates and scope (Đ13.3, 13.4)."""

    __tablename__ = "delegation"

    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    """The agency in whose name the holder signs."""
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    competence: Mapped[str]
    scope: Mapped[str]
    paper: Mapped[str]
    """Number and date of the authorising document."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Certificate(Identified, Base):
    """A certificate registered for a person or an agency; a verdict accepts no other."""

    __tablename__ = "certificate"

    agency_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(index=True)
    """SHA-256 of the DER form, lower-case hex."""
    subject: Mapped[str]
    issuer: Mapped[str]
    serial: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    der: Mapped[bytes]
    registered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
