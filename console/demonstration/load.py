"""Founds the demonstration province in an empty database: agencies, people, keys, pictures.

Everything in it is invented or marked as a test; it is loaded only with ``VANTHU_DEMO=1``.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.demonstration import data, pki
from console.demonstration.images import seal_image, signature_image
from kernel.clock import system_clock
from kernel.errors import Refused
from kernel.objects import Artifacts
from kernel.settings import Settings
from kernel.text import fold, name_sort_key, sort_key
from kernel.words import sentence
from wiring.office import PACKAGED_FONTS, open_sessions
from workflow import journal
from workflow.accounts import hashed
from workflow.authorities.trust_folder import adopt
from workflow.models import (
    Account,
    Agency,
    AgencyIdentifier,
    Delegation,
    Holding,
    KeyKind,
    Person,
    Post,
    Series,
    SigningKey,
    Unit,
)
from workflow.signatures import certificates
from workflow.signatures.signature_pictures import OWNERS, PictureKind

PASSWORD = "demo-2026"  # noqa: S105 - everybody may know it: loopback only, invented people
PASSPHRASE = "khoa-demo"  # noqa: S105 - opens test keys that this installation made for itself

_SEAL_FONT = PACKAGED_FONTS / "700Bold" / "Tinos_700Bold.ttf"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration account as ``run`` prints it."""

    username: str
    full_name: str
    titles: tuple[str, ...]


def load(settings: Settings, *, authority_port: int | None = None) -> bool:
    """Found the province if the database is empty; tell whether it was.

    Args:
        settings: Where database, store, keys and trust list are.
        authority_port: Port of the test authority that ``run`` serves; the next after the pages'.

    Raises:
        Refused: The installation is not a demonstration.
    """
    if not settings.demo:
        raise Refused("demonstration.not_allowed")
    sessions = open_sessions(settings)
    with sessions() as session:
        if session.scalars(select(Agency.id).limit(1)).first() is not None:
            return False
    province = data.province()
    keys = _make_keys(settings, province, authority_port or settings.port + 1)
    artifacts = Artifacts.at(settings.artifacts_address)
    with sessions.begin() as session:
        _Founding(session, artifacts, province, keys).run()
        adopt(session, artifacts, settings.trust_folder, system_clock())
    return True


def accounts() -> Iterator[Demonstration]:
    """Give the demonstration's accounts, in the order of the data."""
    province = data.province()
    titles = {post.key: (post.title, post.agency) for post in province.posts}
    for person in province.people:
        told = tuple(
            f"{title}, {agency.name}"
            for holding in person.posts
            for title, key in [titles[holding.post]]
            if (agency := province.agency(key)) is not None
        )
        yield Demonstration(person.username, person.full_name, told)


def organ_code(agency: data.Agency) -> str:
    """Give the code under which an agency's seal is kept."""
    codes = {identifier.scheme: identifier.code for identifier in agency.identifiers}
    return codes.get("qd20") or codes["legacy13"]


def _make_keys(settings: Settings, province: data.Province, port: int) -> pki.Issued:
    folder = settings.var / "pki"
    for half_done in (folder, settings.keys_folder, settings.trust_folder):
        # The database is empty, so nothing was ever signed with what a killed start left here.
        shutil.rmtree(half_done, ignore_errors=True)
    return pki.create(
        folder,
        settings.keys_folder,
        settings.trust_folder,
        [pki.PersonKey(p.username, p.full_name) for p in province.people if p.has_key],
        [pki.AgencyKey(organ_code(a), a.name) for a in province.agencies],
        f"http://127.0.0.1:{port}",
        PASSPHRASE,
    )


class _Founding:
    """One walk through the data; rows refer to each other by the data's own keys."""

    def __init__(
        self, session: Session, artifacts: Artifacts, province: data.Province, keys: pki.Issued
    ) -> None:
        self.session = session
        self.artifacts = artifacts
        self.province = province
        self.keys = keys
        self.now = system_clock()
        self.agencies = {agency.key: uuid4() for agency in province.agencies}
        self.posts = {post.key: uuid4() for post in province.posts}
        self.units: dict[tuple[str, str], UUID] = {}

    def run(self) -> None:
        """Add everything in an order that the references allow."""
        for agency in self.province.agencies:
            self._agency(agency)
        self.session.flush()
        for agency in self.province.agencies:
            self._relations(agency)
        self.session.flush()
        for post in self.province.posts:
            self._post(post)
        self.session.flush()
        password = hashed(PASSWORD)
        for person in self.province.people:
            self._person(person, password)
        for delegation in self.province.delegations:
            self._delegation(delegation)
        for agency in self.province.agencies:
            journal.write(
                self.session,
                agency_id=self.agencies[agency.key],
                at=self.now,
                actor=journal.SYSTEM,
                action="found",
                subject_kind="agency",
                subject_id=self.agencies[agency.key],
                facts={"demonstration": True},
            )

    def _agency(self, agency: data.Agency) -> None:
        seal = seal_image(agency.seal.outer_text, agency.seal.inner_text, _SEAL_FONT)
        line = f"{agency.address}; Điện thoại: {agency.phone}; Thư điện tử: {agency.email}"
        self.session.add(
            Agency(
                id=self.agencies[agency.key],
                slug=agency.key,
                name=agency.name,
                superior_lines=list(agency.header.superior_lines),
                issuer_lines=list(agency.header.issuer_lines),
                kind=agency.kind,
                regime=agency.regime,
                symbol=agency.symbol,
                place_name=agency.place_name,
                authority=agency.authority,
                head_authority=agency.head_authority,
                contact={
                    "line": line,
                    "address": agency.address,
                    "email": agency.email,
                    "phone": agency.phone,
                    "website": agency.website,
                },
                valid_from=agency.valid_from,
                valid_to=agency.valid_to,
                initials=agency.initials,
                seal_picture=self.artifacts.put(seal),
                seal_width_mm=agency.seal.width_mm,
                seal_height_mm=agency.seal.height_mm,
                sort_key=sort_key(agency.name),
                search=fold(agency.name),
            )
        )

    def _relations(self, agency: data.Agency) -> None:
        row = self.session.get_one(Agency, self.agencies[agency.key])
        row.parent_id = self.agencies[agency.parent] if agency.parent else None
        row.successor_id = self.agencies[agency.successor] if agency.successor else None
        for code in agency.identifiers:
            self.session.add(
                AgencyIdentifier(
                    agency_id=row.id,
                    scheme=code.scheme,
                    code=code.code,
                    valid_from=code.valid_from,
                    valid_to=code.valid_to,
                )
            )
        for unit in agency.units:
            unit_id = self.units[agency.key, unit.key] = uuid4()
            self.session.add(
                Unit(
                    id=unit_id,
                    agency_id=row.id,
                    slug=unit.key,
                    name=unit.name,
                    symbol=unit.symbol,
                    sort_key=sort_key(unit.name),
                )
            )
        for series in agency.series:
            self.session.add(
                Series(
                    agency_id=row.id,
                    slug=series.key,
                    direction=series.direction,
                    name=series.name,
                    types=list(series.types) if series.types else None,
                    starts_at=series.starts_at,
                )
            )
        self._certificate(self.keys.seals[organ_code(agency)], agency_id=row.id)

    def _post(self, post: data.Post) -> None:
        self.session.add(
            Post(
                id=self.posts[post.key],
                slug=post.key,
                agency_id=self.agencies[post.agency],
                unit_id=self.units[post.agency, post.unit] if post.unit else None,
                title=post.title,
                role=post.role,
                is_head=post.is_head,
                competences={way: list(lines) for way, lines in post.competence_lines.items()},
            )
        )

    def _person(self, person: data.Person, password: str) -> None:
        person_id = uuid4()
        picture = self.artifacts.put(signature_image(person.full_name)) if person.has_key else None
        self.session.add(
            Person(
                id=person_id,
                full_name=person.full_name,
                email=person.email,
                sort_key=name_sort_key(person.full_name),
                search=fold(person.full_name),
                signature_picture=picture,
                initials_picture=self._initials(person),
            )
        )
        if person.has_key:
            self.session.add(
                SigningKey(
                    person_id=person_id,
                    kind=KeyKind.PKCS12,
                    label=sentence("signing.key_of_demonstration"),
                    reference={"container": person.username},
                    registered_at=self.now,
                )
            )
        self.session.flush()
        self.session.add(
            Account(person_id=person_id, username=person.username, password_hash=password)
        )
        for held in person.posts:
            self.session.add(
                Holding(
                    person_id=person_id,
                    post_id=self.posts[held.post],
                    valid_from=held.valid_from,
                    valid_to=held.valid_to,
                )
            )
        if person.has_key:
            self._certificate(self.keys.people[person.username], person_id=person_id)

    def _initials(self, person: data.Person) -> str | None:
        """Draw ký nháy for reviewers of agencies that wish it on the page."""
        held = {post.post for post in person.posts}
        wishing = {agency.key for agency in self.province.agencies if agency.initials}
        for post in self.province.posts:
            reviews = post.role in OWNERS[PictureKind.INITIALS] and post.agency in wishing
            if reviews and post.key in held:
                return self.artifacts.put(signature_image(person.full_name))
        return None

    def _delegation(self, delegation: data.Delegation) -> None:
        self.session.add(
            Delegation(
                agency_id=self.agencies[delegation.agency],
                post_id=self.posts[delegation.post],
                competence=delegation.competence,
                scope=delegation.scope,
                paper=delegation.paper,
                valid_from=delegation.valid_from,
                valid_to=delegation.valid_to,
            )
        )

    def _certificate(
        self, der: bytes, *, agency_id: UUID | None = None, person_id: UUID | None = None
    ) -> None:
        self.session.add(
            certificates.entry(der, self.now, person_id=person_id, agency_id=agency_id)
        )
