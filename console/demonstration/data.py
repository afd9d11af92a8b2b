"""The demonstration province as checked data: agencies, posts, people, and drafts as clerks type.

A loader walks these models and needs no rules of its own, so everything that could send it astray
(a name that leads nowhere, an office that cannot issue, a person in two posts that must not meet)
is refused here, with all faults told at once.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from console.demonstration import coherence
from documents.content import Form, Line, Text, Urgency
from kernel.errors import NotFound
from workflow.models.organisation import PostRole
from workflow.models.registers import SeriesDirection

_FOLDER = Path(__file__).parent

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-.][a-z0-9]+)*$")]
Competence = Literal["", "TM.", "KT.", "TM.KT.", "Q.", "TL.", "TL.KT.", "TUQ."]
"""In whose name a post signs (Annex I, Part I, II.7); empty is in its own right."""

_CODE = {
    "qd20": re.compile(r"[A-Y]\d{2}(\.[0-9A-Z]+)*"),
    "legacy13": re.compile(r"\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}"),
    "gso": re.compile(r"\d{2}|\d{5}"),
}
_CODE_LENGTH = 35  # QĐ 20/2020, Điều 4


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(_Model):
    """Something that holds from one day to another, both included."""

    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"ends on {self.valid_to}, before it begins on {self.valid_from}")
        return self

    @property
    def last_day(self) -> date:
        """The last day, or the end of time."""
        return self.valid_to or date.max

    def overlaps(self, other: "Period") -> bool:
        """Tell whether both hold on some day."""
        return self.valid_from <= other.last_day and other.valid_from <= self.last_day

    def within(self, other: "Period") -> bool:
        """Tell whether ``other`` holds on every day of this."""
        return other.valid_from <= self.valid_from and self.last_day <= other.last_day


class Header(_Model):
    """Ô 2, as printed, line by line."""

    superior_lines: tuple[Line, ...]
    issuer_lines: tuple[Line, ...] = Field(min_length=1)


class Identifier(Period):
    """One of an agency's codes on the axis or at the statistics office."""

    scheme: Literal["qd20", "legacy13", "gso"]
    code: str = Field(max_length=_CODE_LENGTH)

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        if not _CODE[self.scheme].fullmatch(self.code):
            raise ValueError(f"{self.code} is not a code of {self.scheme}")
        return self


class Seal(_Model):
    """The agency's seal: its real size (Annex I, II.8), and the words on the specimen."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    outer_text: Line
    inner_text: str


class Unit(_Model):
    """Đơn vị; its key is unique within the agency."""

    key: Key
    name: Line
    symbol: Line


class SeriesPolicy(_Model):
    """One number series; the head of the agency decides how many there are (Đ15.1c)."""

    key: Key
    direction: SeriesDirection
    name: Line
    types: tuple[str, ...] | None
    """Type codes; null means every type that no other series of the direction names."""
    starts_at: int = Field(ge=1)


class Agency(Period):
    """One agency, with the names that its documents print."""

    key: Key
    name: Line
    """As in running text."""
    header: Header
    kind: Literal["ubnd", "van_phong", "so", "ban", "phuong", "xa"]
    regime: Literal["collective", "head"]
    symbol: Line
    place_name: Line
    authority: Line
    """Thẩm quyền ban hành of the collective or body."""
    head_authority: Line
    """Thẩm quyền ban hành where the power is the head's."""
    parent: Key | None = None
    successor: Key | None = None
    identifiers: tuple[Identifier, ...]
    address: Line
    email: Line
    phone: Line
    website: Line
    seal: Seal
    initials: bool = False
    """Whether reviewers' ký nháy stands on its pages."""
    units: tuple[Unit, ...] = ()
    series: tuple[SeriesPolicy, ...]

    def unit(self, key: str) -> Unit | None:
        """Give the unit of that key."""
        return next((unit for unit in self.units if unit.key == key), None)


class Post(_Model):
    """One seat, with the ways in which it may sign."""

    key: Key
    agency: Key
    unit: Key | None = None
    title: Line
    """In running text: ``Phó Chủ tịch``."""
    role: PostRole
    is_head: bool = False
    competence_lines: dict[Competence, tuple[Line, ...]] = Field(default_factory=dict)
    """Ways of signing → the printed lines of ô 7a."""

    @property
    def signs(self) -> tuple[Competence, ...]:
        """The ways in which the post may sign."""
        return tuple(self.competence_lines)

    @property
    def printed_title(self) -> str:
        """The title as ô 7a prints it: ``PHÓ CHỦ TỊCH``."""
        return self.title.upper()


class Holding(Period):
    """A person's time in a post."""

    post: Key


class Person(_Model):
    """An invented person, who may sign in."""

    username: Key
    full_name: Line
    email: Line
    has_key: bool = False
    posts: tuple[Holding, ...] = Field(min_length=1)


class Delegation(Period):
    """A paper that lets a post sign TL. or TUQ. for an agency, within dates and a scope."""

    key: Key
    agency: Key
    """In whose name."""
    post: Key
    """Who may sign."""
    competence: Competence
    scope: Line
    paper: Line


class Group(_Model):
    """Recipients that a clerk picks with one click."""

    key: Key
    agency: Key
    """Whose group it is."""
    name: Line
    members: tuple[Key, ...] = Field(min_length=1)


class Province(_Model):
    """Everything that the demonstration begins with."""

    agencies: tuple[Agency, ...]
    posts: tuple[Post, ...]
    people: tuple[Person, ...]
    delegations: tuple[Delegation, ...]
    groups: tuple[Group, ...]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _refuse(coherence.of_province(self))
        return self

    def agency(self, key: str) -> Agency | None:
        """Give the agency of that key."""
        return next((agency for agency in self.agencies if agency.key == key), None)

    def post(self, key: str) -> Post | None:
        """Give the post of that key."""
        return next((post for post in self.posts if post.key == key), None)

    def person(self, username: str) -> Person | None:
        """Give the person of that user name."""
        return next((person for person in self.people if person.username == username), None)


class IssuedTextData(_Model):
    """The text that a decision of form 1.3 issues."""

    type_name: Line
    subject: Line
    body: Text


class DraftData(_Model):
    """The fields of the drafting page, as a clerk would fill them in."""

    agency: Key
    unit: Key
    """Đơn vị soạn thảo."""
    drafter: Key
    """User name."""
    form: Form
    type: str
    """Type code of Điều 7; ``CV`` for a công văn."""
    subject: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
    bases: tuple[Text, ...] = ()
    addressees: tuple[Line, ...] = ()
    body: Text
    """Plain text, with ``Điều 1.``, ``1.``, ``a)`` at the beginning of lines."""
    issued_text: IssuedTextData | None = None
    to_places: tuple[Line, ...] = Field(min_length=1)
    deliveries: tuple[Key, ...] = Field(min_length=1)
    """Agencies that receive it over the exchange."""
    signer: Key
    """Post."""
    competence: Competence
    urgency: Urgency = Urgency.NORMAL


def _refuse(faults: Iterator[str]) -> None:
    found = "; ".join(faults)
    if found:
        raise ValueError(found)


@cache
def province() -> Province:
    """Give the demonstration province.

    Raises:
        pydantic.ValidationError: The data contradicts itself; every fault is named.
    """
    return Province.model_validate(yaml.safe_load((_FOLDER / "province.yaml").read_text("utf-8")))


@cache
def draft_names() -> tuple[str, ...]:
    """Give the names of the prepared drafts, in order."""
    return tuple(sorted(file.stem for file in (_FOLDER / "documents").glob("*.yaml")))


def draft(name: str) -> DraftData:
    """Give the prepared draft of that name.

    Raises:
        NotFound: There is no such draft.
        ValueError: The draft names something that the province does not have.
    """
    if name not in draft_names():
        raise NotFound("demonstration.draft_unknown", name=name, names=", ".join(draft_names()))
    text = (_FOLDER / "documents" / f"{name}.yaml").read_text("utf-8")
    data = DraftData.model_validate(yaml.safe_load(text))
    _refuse(coherence.of_draft(data, province()))
    return data
