"""What a signature writes: everything but the signature itself, from the intent that lets it.

It is apart from the keys, because the same page must come out wherever the key lies: at the signing
process, behind a remote service, or on a token at somebody's own computer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from documents.corner import annex_line, copy_line
from documents.typeset import Typesetter
from documents.words import date_text, number_text
from kernel.clock import Clock
from kernel.errors import Refused
from kernel.objects import Artifacts
from kernel.places import Place
from kernel.words import sentence
from signing.making.fields import AGENCY_SEAL, CODE_NUMBER, ISSUED_DATE, SIGNER_SIGNATURE
from signing.making.seal import Fill
from signing.making.stamped import prepare_at_corner
from signing.making.two_phase import Prepared, prepare_seal, prepare_signature
from workflow.models import Agency, Authorisation, DocumentVersion, Person, Purpose

Prepare = Callable[[bytes, tuple[bytes, ...]], Prepared]
"""Prepares for a certificate and its chain (DER); slow work, done without a transaction."""


@dataclass(frozen=True, slots=True)
class Preparer:
    """Prepares the files that keys sign."""

    artifacts: Artifacts
    typesetter: Typesetter
    clock: Clock
    demo: bool
    """Whether everything signed here is a test, which the signature then says."""

    def prepare(self, session: Session, given: Authorisation) -> Prepare:
        """Read what the intent needs; the writing comes after the reading.

        Raises:
            Refused: The picture of the signature or of the seal is missing.
        """
        if given.purpose is Purpose.SEAL:
            return self._seal(session, given)
        if given.purpose is Purpose.APPENDIX:
            return self._annex(given)
        if given.purpose is Purpose.COPY:
            return self._copy(given)
        return self._signature(session, given)

    def _signature(self, session: Session, given: Authorisation) -> Prepare:
        place = places_of(session, given.version_id)[SIGNER_SIGNATURE]
        picture = session.get_one(Person, given.person_id).signature_picture
        if picture is None:
            raise Refused("signing.no_signature_picture")

        def prepare(certificate: bytes, chain: tuple[bytes, ...]) -> Prepared:
            return prepare_signature(
                self.artifacts.get(given.sha256),
                certificate,
                chain,
                picture=self.typesetter.image_picture(self.artifacts.get(picture), place),
                signed_at=self.clock(),
                reason=self._reason("signing.reason_signature", given),
                location=given.facts["location"],
            )

        return prepare

    def _seal(self, session: Session, given: Authorisation) -> Prepare:
        places = places_of(session, given.version_id)
        picture = session.get_one(Agency, given.agency_id).seal_picture
        if picture is None:
            raise Refused("signing.no_seal_picture")
        day = date.fromisoformat(given.facts["day"])

        def prepare(certificate: bytes, chain: tuple[bytes, ...]) -> Prepared:
            number, issued_date = fills(self.typesetter, places, given.facts["number"], day)
            return prepare_seal(
                self.artifacts.get(given.sha256),
                certificate,
                chain,
                number=number,
                issued_date=issued_date,
                picture=self.typesetter.image_picture(
                    self.artifacts.get(picture), places[AGENCY_SEAL]
                ),
                signed_at=self.clock(),
                reason=self._reason("signing.reason_seal", given),
                location=given.facts["location"],
            )

        return prepare

    def _annex(self, given: Authorisation) -> Prepare:
        code = f"{number_text(given.facts['number'])}/{given.facts['notation']}"
        return self._corner(given, "signing.reason_annex", partial(annex_line, code))

    def _copy(self, given: Authorisation) -> Prepare:
        form = sentence(f"copy.form_{given.facts['form']}")
        line = partial(copy_line, form.upper(), given.facts["organ"])
        return self._corner(given, "signing.reason_copy", line)

    def _corner(
        self, given: Authorisation, reason: str, line: Callable[[datetime], str]
    ) -> Prepare:
        def prepare(certificate: bytes, chain: tuple[bytes, ...]) -> Prepared:
            now = self.clock()
            return prepare_at_corner(
                self.artifacts.get(given.sha256),
                certificate,
                chain,
                picture=self.typesetter.corner_line_picture([line(now)]),
                signed_at=now,
                reason=self._reason(reason, given),
                location=given.facts["location"],
            )

        return prepare

    def _reason(self, code: str, given: Authorisation) -> str:
        words = sentence(code, post=given.facts["post_title"])
        return f"{words} {sentence('signing.reason_test')}" if self.demo else words


def places_of(session: Session, version_id: UUID) -> dict[str, Place]:
    """Give the places that a version reserves, by field name."""
    stored = session.get_one(DocumentVersion, version_id).places or {}
    return {name: Place(**place) for name, place in stored.items()}


def fills(
    draw: Typesetter, places: Mapping[str, Place], number: int, day: date
) -> tuple[Fill, Fill]:
    """Draw the number and the date of issue for their places (Đ15)."""
    written = number_text(number)
    return (
        Fill(written, draw.code_number_picture(written, places[CODE_NUMBER])),
        Fill(date_text(day), draw.issued_date_picture(day, places[ISSUED_DATE], day.year)),
    )
