"""A person's signature image: shown first as it will stand on the page, then taken into use.

An image is no signature (Đ25: the digital signature is); but it is what readers see, so only its
owner changes it, and the journal of each agency they sign for tells when.
"""

from uuid import UUID

from documents.ink import signature_picture
from kernel.clock import local_day
from kernel.errors import Refused
from workflow import authority, journal
from workflow.journal import Actor
from workflow.models import Person
from workflow.models.organisation import PostRole
from workflow.office import Office

SIGNERS = frozenset({PostRole.LEADER})
"""Whose signature stands on a page."""


def prepare(office: Office, image: bytes) -> str:
    """Take the background away and give the SHA-256 of the picture; nothing is in use yet.

    Raises:
        Refused: As ``signature_picture`` raises.
    """
    return office.artifacts.put(signature_picture(image))


def take_into_use(office: Office, person_id: UUID, sha256: str) -> None:
    """Let the picture of that name stand on what this person signs from now on.

    Raises:
        Refused: The person signs for no agency today.
    """
    now = office.clock()
    with office.act() as session:
        posts = [
            post
            for post in authority.posts_of(session, person_id, local_day(now))
            if post.role in SIGNERS
        ]
        if not posts:
            raise Refused("signing.signs_for_nobody")
        person = session.get_one(Person, person_id)
        person.signature_picture = sha256
        for agency_id, title in {post.agency_id: post.title for post in posts}.items():
            journal.write(
                session,
                agency_id=agency_id,
                at=now,
                actor=Actor(person_id, person.full_name, title),
                action="change_signature_picture",
                subject_kind="person",
                subject_id=person_id,
                facts={"sha256": sha256},
            )
