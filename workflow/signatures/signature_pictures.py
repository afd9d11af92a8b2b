"""A person's signature and ký nháy as images: shown first as they will stand, then taken into use.

An image is no signature (Đ25: the digital signature is); but it is what readers see, so only its
owner changes it, and the journal of each agency they act for tells when.
"""

from enum import StrEnum
from uuid import UUID

from documents.ink import signature_picture
from kernel.clock import local_day
from kernel.errors import Refused
from workflow import authority, journal
from workflow.journal import Actor
from workflow.models import Person
from workflow.models.organisation import PostRole
from workflow.office import Office


class PictureKind(StrEnum):
    """Which image it is."""

    SIGNATURE = "signature"
    """Chữ ký of who signs."""
    INITIALS = "initials"
    """Ký nháy of who answers for content or form, where the agency wishes it."""


OWNERS = {
    PictureKind.SIGNATURE: frozenset({PostRole.LEADER}),
    PictureKind.INITIALS: frozenset(
        {PostRole.UNIT_HEAD, PostRole.UNIT_DEPUTY, PostRole.FORM_CHECKER}
    ),
}
"""Posts whose images stand on a page."""


def picture_of(person: Person, kind: PictureKind) -> str | None:
    """Give the SHA-256 of the image in use."""
    if kind is PictureKind.SIGNATURE:
        return person.signature_picture
    return person.initials_picture


def prepare(office: Office, image: bytes) -> str:
    """Take the background away and give the SHA-256 of the picture; nothing is in use yet.

    Raises:
        Refused: As ``signature_picture`` raises.
    """
    return office.artifacts.put(signature_picture(image))


def take_into_use(office: Office, person_id: UUID, kind: PictureKind, sha256: str) -> None:
    """Let the picture of that name stand on what this person signs or initials from now on.

    Raises:
        Refused: The person holds no post today whose image stands on a page.
    """
    now = office.clock()
    with office.act() as session:
        posts = [
            post
            for post in authority.posts_of(session, person_id, local_day(now))
            if post.role in OWNERS[kind]
        ]
        if not posts:
            raise Refused("signing.signs_for_nobody")
        person = session.get_one(Person, person_id)
        if kind is PictureKind.SIGNATURE:
            person.signature_picture = sha256
        else:
            person.initials_picture = sha256
        for agency_id, title in {post.agency_id: post.title for post in posts}.items():
            journal.write(
                session,
                agency_id=agency_id,
                at=now,
                actor=Actor(person_id, person.full_name, title),
                action="change_signature_picture",
                subject_kind="person",
                subject_id=person_id,
                facts={"kind": kind.value, "sha256": sha256},
            )
