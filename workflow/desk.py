"""What the signing process does: consume one authorisation, write one signature.

It is the only place where keys are read. Seal keys are opened at its start; a leader's key is
opened for one authorisation and dropped after it. Before it signs it checks for itself that the
authorisation is there, unused and unexpired, that the bytes are those that were authorised, and
that a seal goes only onto a document its leader has validly signed (Đ32.2).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from documents.typeset import Typesetter
from documents.words import date_text, number_text
from kernel.clock import Clock
from kernel.database import Sessions
from kernel.errors import Refused
from kernel.objects import Artifacts
from kernel.places import Place
from kernel.words import sentence
from signing.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from signing.keys import KeyHolder, Pkcs12Key
from signing.seal import Fill, number_and_seal
from signing.signature import sign
from signing.trust import Trust
from signing.validate import validate
from signing.verdict import Conclusion
from workflow import certificates
from workflow.models import Agency, Authorisation, DocumentVersion, Person
from workflow.signing_desk import PATIENCE, latest_authorisation_of

Write = Callable[[KeyHolder], bytes]


@dataclass(slots=True)
class KeyCabinet:
    """Opened keys, in the memory of this process only."""

    seals: Mapping[str, KeyHolder]
    people_folder: Path
    _opened: dict[UUID, tuple[KeyHolder, datetime]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def open(cls, folder: Path) -> "KeyCabinet":
        """Open every seal key with the passphrase from the secret file beside them."""
        seals: dict[str, KeyHolder] = {}
        secret = folder / "seal-passphrase"
        if secret.exists():
            passphrase = secret.read_text(encoding="utf-8").strip()
            for container in sorted((folder / "seals").glob("*.p12")):
                key = Pkcs12Key.open(container.read_bytes(), passphrase)
                seals[f"seals/{container.stem}"] = key
        return cls(seals, folder / "people")

    def unlock(self, authorisation_id: UUID, key: str, passphrase: str, now: datetime) -> KeyHolder:
        """Open a person's container for one coming authorisation; drop what was never used.

        Raises:
            Refused: There is no such container, or the passphrase is wrong.
        """
        container = self.people_folder / f"{Path(key).name}.p12"
        if not container.is_file():
            raise Refused("signing.no_key")
        opened = Pkcs12Key.open(container.read_bytes(), passphrase)
        with self._lock:
            for old in [i for i, (_, since) in self._opened.items() if since < now - PATIENCE]:
                del self._opened[old]
            self._opened[authorisation_id] = opened, now
        return opened

    def opened(self, authorisation_id: UUID) -> KeyHolder | None:
        """Give the key that a person opened for an authorisation, unless it was dropped."""
        with self._lock:
            key, _ = self._opened.get(authorisation_id, (None, None))
            return key

    def seal(self, key: str) -> KeyHolder:
        """Give a seal key.

        Raises:
            Refused: There is none of that name.
        """
        if key not in self.seals:
            raise Refused("signing.no_seal_key")
        return self.seals[key]

    def forget(self, authorisation_id: UUID) -> None:
        """Drop a person's opened key."""
        with self._lock:
            self._opened.pop(authorisation_id, None)


@dataclass(frozen=True, slots=True)
class SigningDesk:
    """The acts of the signing process; ``signer`` serves them on a Unix socket."""

    cabinet: KeyCabinet
    sessions: Sessions
    artifacts: Artifacts
    typesetter: Typesetter
    trust: Callable[[], Trust]
    clock: Clock
    demo: bool

    def unlock(self, authorisation_id: UUID, key: str, passphrase: str) -> bytes:
        """Open a person's key for one coming authorisation and give its certificate (DER)."""
        now = self.clock()
        return self.cabinet.unlock(authorisation_id, key, passphrase, now).certificate

    def forget(self, authorisation_id: UUID) -> None:
        """Drop a key that was opened and will not be used."""
        self.cabinet.forget(authorisation_id)

    def seal_certificate(self, key: str) -> bytes:
        """Give the certificate (DER) of a seal key."""
        return self.cabinet.seal(key).certificate

    def apply(self, authorisation_id: UUID) -> str:
        """Write the authorised signature once and give the SHA-256 of the result."""
        # The key before the row: who was faster has noted the result before the key was dropped.
        key = self.cabinet.opened(authorisation_id)
        with self.sessions() as session:
            authorisation = session.get(Authorisation, authorisation_id)
            if authorisation is None:
                raise Refused("signing.not_authorised")
            if authorisation.result is not None:
                return authorisation.result
            if authorisation.expires_at is not None and authorisation.expires_at < self.clock():
                self.cabinet.forget(authorisation_id)
                raise Refused("signing.key_gone")
            if authorisation.field == AGENCY_SEAL:
                key = self.cabinet.seal(authorisation.key)
                write = self._seal(session, authorisation)
            elif key is not None:
                write = self._signature(session, authorisation)
            else:
                raise Refused("signing.key_gone")
        sha256 = self.artifacts.put(write(key))
        result = self._consume(authorisation_id, sha256)
        self.cabinet.forget(authorisation_id)
        return result

    def _signature(self, session: Session, given: Authorisation) -> Write:
        """Gather what the leader's signature needs; the writing comes after the reading."""
        place = _places(session, given)[SIGNER_SIGNATURE]
        picture = session.get_one(Person, given.person_id).signature_picture
        if picture is None:
            raise Refused("signing.no_signature_picture")

        def write(key: KeyHolder) -> bytes:
            return sign(
                self.artifacts.get(given.sha256),
                key,
                picture=self.typesetter.image_picture(self.artifacts.get(picture), place),
                signed_at=self.clock(),
                reason=self._reason("signing.reason_signature", given),
                location=given.facts["location"],
            )

        return write

    def _seal(self, session: Session, given: Authorisation) -> Write:
        """Gather what number, date and seal need; the leader's signature is checked first."""
        places = _places(session, given)
        picture = session.get_one(Agency, given.agency_id).seal_picture
        if picture is None:
            raise Refused("signing.no_seal_picture")
        signer = latest_authorisation_of(
            session, given.document_id, given.version_id, SIGNER_SIGNATURE
        ).person_id
        registered = certificates.fingerprints(session, person_id=signer)
        number = number_text(given.facts["number"])
        day = date.fromisoformat(given.facts["day"])

        def write(key: KeyHolder) -> bytes:
            pdf = self.artifacts.get(given.sha256)
            self._require_leader(pdf, registered)
            draw = self.typesetter
            return number_and_seal(
                pdf,
                key,
                number=Fill(number, draw.code_number_picture(number, places[CODE_NUMBER])),
                issued_date=Fill(
                    date_text(day), draw.issued_date_picture(day, places[ISSUED_DATE], day.year)
                ),
                picture=draw.image_picture(self.artifacts.get(picture), places[AGENCY_SEAL]),
                signed_at=self.clock(),
                reason=self._reason("signing.reason_seal", given),
                location=given.facts["location"],
            )

        return write

    def _require_leader(self, pdf: bytes, registered: frozenset[str]) -> None:
        expected = (certificates.expected_signer(registered),)
        verdict = validate(pdf, self.trust(), at=self.clock(), expected=expected)
        if verdict.conclusion is Conclusion.TOTAL_FAILED:
            raise Refused("signing.leader_not_valid")

    def _reason(self, code: str, given: Authorisation) -> str:
        words = sentence(code, post=given.facts["post_title"])
        return f"{words} {sentence('signing.reason_test')}" if self.demo else words

    def _consume(self, authorisation_id: UUID, sha256: str) -> str:
        with self.sessions.begin() as session:
            session.execute(
                update(Authorisation)
                .where(Authorisation.id == authorisation_id, Authorisation.result.is_(None))
                .values(consumed_at=self.clock(), result=sha256)
            )
            given = session.get_one(Authorisation, authorisation_id)
            if given.result is None:
                raise Refused("signing.not_authorised")
            return given.result


def _places(session: Session, given: Authorisation) -> dict[str, Place]:
    stored = session.get_one(DocumentVersion, given.version_id).places or {}
    return {name: Place(**place) for name, place in stored.items()}
